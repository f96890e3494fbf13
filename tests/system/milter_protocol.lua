-- SPDX-License-Identifier: Apache-2.0
-- A second opinion on the protocol, by OpenDKIM's miltertest: pass, tag, hold of one recipient and of all, abort.
local list = "medical-physics-engineering@lists.example.ac.uk"

local function connected()
  local conn = mt.connect(socket)
  if conn == nil then error("mt.connect failed") end
  if mt.conninfo(conn, "client.example", "192.0.2.1") ~= nil then error("mt.conninfo failed") end
  return conn
end

local function begin(conn, recipients)
  if mt.mailfrom(conn, "<ann@hospital.example>") ~= nil then error("mt.mailfrom failed") end
  for _, one in ipairs(recipients) do mt.rcptto(conn, one) end
  if mt.data(conn) ~= nil then error("mt.data failed") end
  mt.header(conn, "From", " Ann <ann@hospital.example>")
  mt.header(conn, "Message-ID", " <lua" .. os.time() .. "@hospital.example>")
end

local function finish(conn, text)
  mt.eoh(conn)
  mt.bodystring(conn, text .. "\r\n")
  if mt.eom(conn) ~= nil then error("mt.eom failed") end
end

local conn = connected()
begin(conn, {"<" .. list .. ">"})
finish(conn, "Good morning.")
if mt.getreply(conn) ~= SMFIR_CONTINUE then error("a clean post does not pass") end
mt.disconnect(conn)

conn = connected()
begin(conn, {"<" .. list .. ">"})
mt.header(conn, "Listwarden", " forged")
finish(conn, "Please xyzzytag.")
if not mt.eom_check(conn, MT_HDRINSERT, "Listwarden") then error("no tag") end
if not mt.eom_check(conn, MT_HDRDELETE, "Listwarden") then error("the forged field stays") end
mt.disconnect(conn)

conn = connected()
begin(conn, {"<" .. list .. ">", "<carol@other.example>"})
finish(conn, "Please xyzzyhold.")
if not mt.eom_check(conn, MT_RCPTDELETE, "<" .. list .. ">") then error("the list is not taken off") end
if mt.getreply(conn) ~= SMFIR_CONTINUE then error("the person does not get it") end
mt.disconnect(conn)

conn = connected()
begin(conn, {"<" .. list .. ">"})
finish(conn, "Please xyzzyhold.")
if mt.getreply(conn) ~= SMFIR_DISCARD then error("a held post is not discarded") end
mt.disconnect(conn)

conn = connected()
begin(conn, {"<" .. list .. ">"})
mt.eoh(conn)
mt.bodystring(conn, "Please xyzzyhold.\r\n")
mt.abort(conn)
begin(conn, {"<" .. list .. ">"})
finish(conn, "Good morning.")
if mt.getreply(conn) ~= SMFIR_CONTINUE then error("an aborted message leaves something behind") end
mt.disconnect(conn)
