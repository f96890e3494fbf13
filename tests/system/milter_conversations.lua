-- SPDX-License-Identifier: Apache-2.0
-- Conversations between an MTA and the milter, as data, played by OpenDKIM's miltertest: what goes in, what must
-- come back. Each prints "ok NAME" or "FAILED NAME: why"; each post has its conversation's name as Subject, by which
-- milter_conversations.py counts what is held.
local domain = "@lists.example.ac.uk>"
local LIST, TRAINEES = "<medical-physics-engineering" .. domain, "<trainees" .. domain
local OBSERVING, TAGGING, OFF = "<observing" .. domain, "<tagging" .. domain, "<off" .. domain
local CAROL, DAN = "<carol@other.example>", "<dan@other.example>"
local CLEAN, TAG, HOLD = "Good morning.\r\n", "Please xyzzytag.\r\n", "Please xyzzyhold.\r\n"
local NO_SUBJECT = " tag; the post may touch quality"
local TAGGED = " tag; the post may touch harassment"

local CONTINUE, ACCEPT, DISCARD, REPLY = SMFIR_CONTINUE, SMFIR_ACCEPT, SMFIR_DISCARD, SMFIR_REPLYCODE
local NAMES = {[CONTINUE] = "continue", [ACCEPT] = "accept", [DISCARD] = "discard", [REPLY] = "reply code",
               [SMFIR_TEMPFAIL] = "tempfail", [SMFIR_REJECT] = "reject"}
local BUSY = {"451", "4.3.2", "The message could not be taken in whole; please try again later"}
local ALL_STEPS = 0x1FFFFF
local NO_REPLY = SMFIP_NR_HDR | SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_BODY | SMFIP_NR_EOH

local conversations = {}

-- conversation("name", {message, message, …, connection settings}). Of a message:
--   to, from           recipients and sender, as the MTA gives them; parameters: ESMTP words after the sender
--   body               a text, or a list of packets; file: the name of a file instead; no_body, no_eoh
--   fields             { {name, value}, … } beside From, Message-ID and Subject; bare: none but these
--   at_data            what DATA is answered: accept, or {code, enhanced}; nothing follows it
--   final              what the end is answered: CONTINUE, DISCARD, or {code, enhanced[, text]}
--   tag                value of the Listwarden field put on top; none otherwise
--   taken              recipients taken off; no others otherwise
--   deleted            names of fields deleted; no others otherwise
--   stop               the stage after which the message is aborted, or the connection left
-- Of the connection: held (how many posts are held of it), version, actions and steps (what the MTA offers), refused, ip, macros,
-- login, leave ("quit" or "hang up" when a message stops).
local function conversation(name, what) conversations[#conversations + 1] = {name = name, what = what} end

local function fail(words) error({why = words}) end

local function check(result, step) if result ~= nil then fail(step .. ": " .. tostring(result)) end end

local function negotiated(what)
  local conn = mt.connect(socket)
  if conn == nil then fail("no connection") end
  -- miltertest takes the steps before the actions, whatever its manual says, and dies when it writes to who has left.
  local is_agreed, answer = pcall(mt.negotiate, conn, what.version, what.steps, what.actions)
  if what.refused then
    if is_agreed and answer == nil then fail("the MTA was not refused") end
    return nil
  end
  check(answer, "negotiation")
  for _, action in ipairs{SMFIF_CHGBODY, SMFIF_ADDRCPT, SMFIF_CHGFROM, SMFIF_QUARANTINE} do
    if mt.test_action(conn, action) then fail("action " .. action .. " is asked for") end
  end
  return conn
end

local function answered(conn, step)  -- where every event has its reply
  local got = mt.getreply(conn)
  if got ~= CONTINUE then fail(step .. " is answered " .. (NAMES[got] or tostring(got))) end
end

local function expect_reply(conn, wanted, step)
  local got, code = mt.getreply(conn), type(wanted) == "table"
  local kind = code and REPLY or wanted
  if got ~= kind then
    fail(step .. " is answered " .. (NAMES[got] or tostring(got)) .. ", not " .. NAMES[kind])
  end
  if code and not mt.eom_check(conn, MT_SMTPREPLY, table.unpack(wanted)) then
    fail(step .. ": not " .. table.concat(wanted, " "))
  end
end

local function contains(list, value)
  for _, one in ipairs(list or {}) do if one == value then return true end end
  return false
end

local function expect_changes(conn, message)
  local tag = message.tag
  if mt.eom_check(conn, MT_HDRINSERT) ~= (tag ~= nil) then fail(tag and "no tag" or "a field was put in") end
  if tag and not mt.eom_check(conn, MT_HDRINSERT, "Listwarden", tag) then
    fail("the tag is '" .. tostring(mt.getheader(conn, "Listwarden", 0)) .. "'")
  end
  for _, one in ipairs(message.to or {LIST}) do
    if mt.eom_check(conn, MT_RCPTDELETE, one) ~= contains(message.taken, one) then
      fail(one .. (contains(message.taken, one) and " is not taken off" or " is taken off"))
    end
  end
  if mt.eom_check(conn, MT_HDRDELETE) ~= (message.deleted ~= nil) then fail("fields deleted, or none, wrongly") end
  for _, one in ipairs(message.deleted or {}) do
    if not mt.eom_check(conn, MT_HDRDELETE, one) then fail(one .. " is not deleted") end
  end
  for _, one in ipairs{"From", "Subject", "Message-ID"} do
    if mt.eom_check(conn, MT_HDRDELETE, one) then fail(one .. " is deleted") end
  end
  if message.deleted == nil and mt.eom_check(conn, MT_HDRCHANGE) then fail("a field was changed") end
  if mt.eom_check(conn, MT_HDRADD) then fail("a field was added") end
end

-- The message up to its end or its stop; true when it came to its end.
local function sent(conn, message, what, name, number)
  local asks = (what.steps or NO_REPLY) & NO_REPLY == 0
  local stop = message.stop
  local function done(stage, result)
    check(result, stage)
    if asks then answered(conn, stage) end
    return stop == stage
  end
  if what.login then mt.macro(conn, SMFIC_MAIL, "i", "QUEUEID", "{auth_authen}", what.login) end
  if stop == "connect" then return false end
  if done("mail", mt.mailfrom(conn, message.from or "<ann@hospital.example>", table.unpack(message.parameters or {}))) then
    return false
  end
  for _, one in ipairs(message.to or {LIST}) do
    local stops = done("rcpt", mt.rcptto(conn, one))
    if stops then return false end
  end
  if not message.no_data then
    check(mt.data(conn), "data")
    expect_reply(conn, message.at_data or CONTINUE, "data")
    if message.at_data or stop == "data" then return false end
  end
  local fields = message.fields or {}
  if not message.bare then
    table.insert(fields, 1, {"From", " Ann <ann@hospital.example>"})
    table.insert(fields, 2, {"Message-ID", " <" .. name .. (message.id or number) .. "@hospital.example>"})
    table.insert(fields, 3, {"Subject", " " .. name})
  end
  for _, field in ipairs(fields) do
    if done("header", mt.header(conn, field[1], field[2])) then return false end
  end
  if message.no_eoh then return true end
  if done("eoh", mt.eoh(conn)) then return false end
  if message.file then done("body", mt.bodyfile(conn, message.file)) end
  local body = message.body or (message.file and {} or CLEAN)
  for _, chunk in ipairs(type(body) == "table" and body or {body}) do
    if done("body", mt.bodystring(conn, chunk)) then return false end
  end
  return true
end

local function play(name, what)
  local conn = negotiated(what)
  if conn == nil then return end
  if what.macros then mt.macro(conn, SMFIC_CONNECT, table.unpack(what.macros)) end
  check(mt.conninfo(conn, "client.example", what.ip or "192.0.2.1"), "connect")
  for number, message in ipairs(what) do
    if message.before then message.before() end
    if message.unknown then mt.unknown(conn, message.unknown) end
    if sent(conn, message, what, name, number) then
      check(mt.eom(conn), "eom")
      expect_reply(conn, message.final or CONTINUE, "the end")
      expect_changes(conn, message)
    elseif message.stop and what.leave then
      mt.disconnect(conn, what.leave == "quit")
      return
    elseif message.stop then
      check(mt.abort(conn), "abort")
    end
  end
  mt.disconnect(conn)
end

-- Each verdict on each kind of list, alone and beside other recipients.
conversation("clean_passes_an_enforcing_list", {{}})
conversation("tag_on_an_enforcing_list", {{body = TAG, tag = TAGGED}})
conversation("hold_on_an_enforcing_list", {{body = HOLD, final = DISCARD}, held = 1})
conversation("tag_and_hold_in_one_post_is_held", {{body = TAG .. HOLD, final = DISCARD}, held = 1})
conversation("clean_passes_an_observing_list", {{to = {OBSERVING}}})
conversation("tag_on_an_observing_list_passes", {{to = {OBSERVING}, body = TAG}})
conversation("hold_on_an_observing_list_passes", {{to = {OBSERVING}, body = HOLD}})
conversation("clean_passes_a_list_that_only_tags", {{to = {TAGGING}}})
conversation("tag_on_a_list_that_only_tags", {{to = {TAGGING}, body = TAG, tag = TAGGED}})
conversation("hold_on_a_list_that_only_tags_is_a_tag", {{to = {TAGGING}, body = HOLD, tag = TAGGED}})
conversation("tag_on_a_list_without_the_filter_passes", {{to = {OFF}, body = TAG}})
conversation("hold_on_a_list_without_the_filter_passes", {{to = {OFF}, body = HOLD}})
conversation("clean_for_list_and_person", {{to = {LIST, CAROL}}})
conversation("tag_for_list_and_person", {{to = {LIST, CAROL}, body = TAG, tag = TAGGED}})
conversation("hold_for_list_and_person_takes_the_list_off", {{to = {CAROL, LIST, DAN}, body = HOLD, taken = {LIST}}, held = 1})
conversation("hold_for_two_lists_is_two_holds", {{to = {LIST, TRAINEES}, body = HOLD, final = DISCARD}, held = 2})
conversation("hold_for_two_lists_and_person", {{to = {LIST, CAROL, TRAINEES}, body = HOLD, taken = {LIST, TRAINEES}}, held = 2})
conversation("hold_for_enforcing_and_observing_list", {{to = {LIST, OBSERVING}, body = HOLD, taken = {LIST}}, held = 1})
conversation("hold_for_one_list_tag_for_another",
             {{to = {LIST, TAGGING, CAROL}, body = HOLD, taken = {LIST}, tag = TAGGED}, held = 1})
conversation("tag_for_two_lists_is_one_tag", {{to = {LIST, TAGGING, OBSERVING}, body = TAG, tag = TAGGED}})
conversation("the_same_list_twice_is_one_hold",
             {{to = {LIST, "<Medical-Physics-Engineering@LISTS.example.ac.uk>"}, body = HOLD, final = DISCARD}, held = 1})
conversation("a_list_with_a_detail_is_that_list",
             {{to = {"<trainees+x" .. domain}, body = HOLD, final = DISCARD}, held = 1})
conversation("no_list_is_accepted_at_data", {{to = {CAROL}, at_data = ACCEPT}})
conversation("no_list_for_many_is_accepted_at_data", {{to = {CAROL, DAN, "<no-such-list" .. domain}, at_data = ACCEPT}})
local many = {LIST}
for i = 1, 60 do many[#many + 1] = "<person" .. i .. "@other.example>" end
conversation("sixty_persons_beside_the_list_keep_their_mail", {{to = many, body = HOLD, taken = {LIST}}, held = 1})

-- Mail to us.
local DRAFT, ANSWER = "<trainees-check" .. domain, "<decide+0123456789abcdef" .. domain
local NO_DRAFT = {"550", "5.1.1", "A draft is checked only for a sender who is verified, and twenty times a day"}
local NO_LETTER = {"550", "5.1.1", "No letter of ours waits for an answer at this address"}
conversation("a_draft_of_an_unverified_sender_is_refused", {{to = {DRAFT}, body = HOLD, final = NO_DRAFT}})
conversation("a_refused_draft_takes_the_mail_from_nobody_else", {{to = {DRAFT, CAROL}, body = HOLD, taken = {DRAFT}}})
conversation("an_answer_to_no_letter_is_refused", {{to = {ANSWER}, final = NO_LETTER}})
conversation("an_answer_to_no_letter_beside_a_list", {{to = {ANSWER, LIST}, body = TAG, taken = {ANSWER}, tag = TAGGED}})
conversation("after_a_refusal_the_next_one_is_judged",
             {{to = {ANSWER}, final = NO_LETTER}, {body = HOLD, final = DISCARD}, held = 1})

-- The re-injection listener.
local REINJECT, NO_TOKEN = {"{daemon_name}", "REINJECT"}, {"550", "5.7.1", "This listener takes released mail only"}
local RELEASE = {"Listwarden-Release", " v1; 1; 0123456789abcdef"}
conversation("reinjection_without_a_token_is_refused", {{final = NO_TOKEN}, macros = REINJECT})
conversation("reinjection_with_a_forged_token_is_refused", {{fields = {RELEASE}, final = NO_TOKEN}, macros = REINJECT})
conversation("reinjection_with_two_tokens_is_refused",
             {{fields = {RELEASE, RELEASE}, final = NO_TOKEN}, macros = REINJECT})
conversation("reinjection_to_no_list_is_refused_too", {{to = {CAROL}, final = NO_TOKEN}, macros = REINJECT})
conversation("a_release_field_from_outside_is_deleted",
             {{fields = {RELEASE}, deleted = {"Listwarden-Release"}}, macros = {"{daemon_name}", "smtpd"}})

-- Limits and trouble.
conversation("past_the_size_limit_is_held_as_not_read", {{body = {CLEAN:rep(4000), CLEAN:rep(4000), CLEAN:rep(4000), CLEAN:rep(4000),
             CLEAN:rep(4000)}, final = DISCARD}, held = 1})
local flood = {}
for i = 1, 36 do flood[i] = ("x"):rep(60000) end
conversation("past_the_bytes_in_flight_is_put_off", {{body = flood, final = BUSY}, {}})
conversation("without_a_store_a_hold_is_put_off_and_held_at_the_retry",
  {{body = HOLD, id = "x", before = function() os.rename(folder .. "/store", folder .. "/away") end,
    final = {"451", "4.3.0", "The message cannot be kept safely now; please try again later"}},
   {body = TAG, tag = TAGGED},
   {body = HOLD, id = "x", final = DISCARD, before = function() os.rename(folder .. "/away", folder .. "/store") end},
   finally = function() os.rename(folder .. "/away", folder .. "/store") end, held = 1})
conversation("a_retry_of_a_held_post_is_held_once",
             {{body = HOLD, id = "x", final = DISCARD}, {body = HOLD, id = "x", final = DISCARD}, held = 1})
conversation("what_is_encrypted_is_held",
             {{fields = {{"Content-Type", " multipart/encrypted; boundary=b"}}, body = "--b\r\n\r\nx\r\n--b--\r\n",
               final = DISCARD}, held = 1})

-- Fields.
conversation("a_forged_tag_is_deleted", {{fields = {{"Listwarden", " forged"}}, deleted = {"Listwarden"}}})
conversation("a_forged_tag_gives_way_to_ours",
             {{fields = {{"LISTWARDEN", " forged"}}, body = TAG, tag = TAGGED, deleted = {"LISTWARDEN"}}})
conversation("passwords_of_list_managers_are_deleted",
             {{fields = {{"Approved", " secret"}, {"X-Approved", " secret"}}, deleted = {"Approved", "X-Approved"}}})
conversation("a_deleted_field_is_not_judged", {{fields = {{"Approved", " xyzzyhold"}}, deleted = {"Approved"}}})
conversation("a_held_post_keeps_its_fields", {{fields = {{"Approved", " secret"}}, body = HOLD, final = DISCARD}, held = 1})
conversation("no_fields_at_all", {{bare = true, tag = NO_SUBJECT}})
conversation("no_fields_and_no_body", {{bare = true, no_eoh = true, tag = NO_SUBJECT}})
conversation("a_hold_without_fields", {{bare = true, body = HOLD, final = DISCARD}})
conversation("words_in_the_subject_are_held", {{fields = {{"Subject", " Please xyzzyhold."}}, final = DISCARD}, held = 1})
conversation("words_in_a_folded_subject_are_held",
             {{fields = {{"Subject", " Please\n xyzzyhold."}}, final = DISCARD}, held = 1})
conversation("words_in_an_encoded_subject_are_held",
             {{fields = {{"Subject", " =?utf-8?B?UGxlYXNlIHh5enp5aG9sZC4=?="}}, final = DISCARD}, held = 1})
conversation("an_empty_subject_passes", {{bare = true, fields = {{"From", " <ann@hospital.example>"}, {"Subject", ""}}, tag = NO_SUBJECT}})
conversation("an_8_bit_field_passes", {{fields = {{"X-Place", " Caf\xc3\xa9 \xe2\x80\xae"}}}})
conversation("a_field_that_is_no_utf_8_passes", {{fields = {{"X-Place", " Caf\xe9 \xff\xfe"}}}})
-- miltertest itself breaks on fields of more than 1,000 bytes; milter_protocol.py sends those.
conversation("fields_of_900_bytes_pass", {{fields = {{"X-Long", " " .. ("y"):rep(900)}, {"X-Long", " " .. ("z"):rep(900)}}}})
local crowd = {}
for i = 1, 1100 do crowd[i] = {"X-Field-" .. i, " x"} end
conversation("fields_past_their_number_are_held", {{fields = crowd, final = DISCARD}, held = 1})
conversation("two_authors_are_held", {{fields = {{"From", " Bob <bob@other.example>"}}, final = DISCARD}, held = 1})

-- Bodies.
conversation("no_body", {{body = {}}})
conversation("no_end_of_the_header_and_no_body", {{no_eoh = true}})
conversation("words_split_over_packets_are_held", {{body = {"Please xyz", "zyho", "ld.\r\n"}, final = DISCARD}, held = 1})
conversation("packets_of_60_000_bytes", {{body = {("y"):rep(60000), "\r\n", HOLD}, final = DISCARD}, held = 1})
conversation("words_after_one_long_line", {{body = {("y"):rep(60000), ("y"):rep(60000), " xyzzyhold"}, final = DISCARD}, held = 1})
conversation("bare_line_feeds", {{body = "Hello,\nplease xyzzyhold.\n", final = DISCARD}, held = 1})
conversation("no_line_end_at_the_end", {{body = "Please xyzzyhold.", final = DISCARD}, held = 1})
conversation("an_8_bit_body_passes", {{body = "Bore da, caf\xc3\xa9.\r\n"}})
conversation("an_8_bit_body_that_is_no_utf_8_passes", {{to = {OFF}, body = "Bore da, caf\xe9 \xff\xfe.\r\n"}})
conversation("nul_between_letters_is_held", {{file = folder .. "/nul", final = DISCARD}, held = 1})
conversation("base64_is_read", {{fields = {{"Content-Transfer-Encoding", " base64"}},
             body = "UGxlYXNlIHh5enp5aG9sZC4=\r\n", final = DISCARD}, held = 1})
conversation("html_is_read", {{fields = {{"Content-Type", " text/html"}}, body = "<p>xyzzy<b>hold</b></p>\r\n",
             final = DISCARD}, held = 1})
conversation("an_attached_file_is_read", {{fields = {{"Content-Type", " application/octet-stream; name=a.txt"}},
             body = HOLD, final = CONTINUE}})

-- Envelopes.
conversation("the_empty_sender", {{from = "<>"}})
conversation("a_hold_of_the_empty_sender", {{from = "<>", body = HOLD, final = DISCARD}, held = 1})
conversation("a_hostile_sender_forges_no_line_of_the_log",
             {{from = "<\"x\" event=forged\r\nlevel=error event=forged k=\\\"\"@\xe2\x80\xae\x1b[2J\xff.example>", body = TAG,
               tag = TAGGED}})
conversation("paths_without_brackets", {{from = "ann@hospital.example", to = {"trainees@lists.example.ac.uk", "carol@other.example"},
             body = HOLD, taken = {"trainees@lists.example.ac.uk"}}, held = 1})
conversation("a_sender_with_parameters", {{parameters = {"SIZE=100", "BODY=8BITMIME"}, body = TAG, tag = TAGGED}})
conversation("a_log_in_is_no_pass", {{body = HOLD, final = DISCARD}, login = "ann@hospital.example", held = 1})
conversation("an_exempt_poster_who_logged_in_passes", {{to = {TAGGING}, from = "<boss@hospital.example>", bare = true,
             fields = {{"From", " <boss@hospital.example>"}, {"Subject", " x"}}, body = HOLD}, login = "boss@hospital.example"})
conversation("an_exempt_poster_without_a_log_in_does_not", {{to = {TAGGING}, from = "<boss@hospital.example>", bare = true,
             fields = {{"From", " <boss@hospital.example>"}, {"Subject", " x"}}, body = HOLD, tag = TAGGED}})
conversation("no_address_of_the_client", {{body = TAG, tag = TAGGED}, ip = "unspec"})
conversation("an_address_of_ip_6", {{body = TAG, tag = TAGGED}, ip = "2001:db8::1"})

-- Several messages, aborts, leaving.
conversation("three_messages_are_judged_each_alone",
             {{}, {body = HOLD, final = DISCARD}, {body = TAG, tag = TAGGED}, held = 1})
conversation("after_mail_to_no_list_the_next_one_is_judged",
             {{to = {CAROL}, at_data = ACCEPT}, {body = HOLD, final = DISCARD}, held = 1})
conversation("a_tag_does_not_stay_for_the_next_one", {{body = TAG, tag = TAGGED}, {}})
conversation("recipients_do_not_stay_for_the_next_one", {{to = {LIST, CAROL}}, {to = {CAROL}, at_data = ACCEPT}})
for _, stage in ipairs{"mail", "rcpt", "data", "header", "eoh", "body"} do
  conversation("abort_after_" .. stage,
               {{stop = stage, body = HOLD, fields = {{"Listwarden", " x"}}}, {}, {body = HOLD, final = DISCARD}, held = 1})
end
for _, stage in ipairs{"connect", "mail", "rcpt", "data", "header", "eoh", "body"} do
  conversation("quit_after_" .. stage, {{stop = stage, body = HOLD}, leave = "quit"})
  conversation("hang_up_after_" .. stage, {{stop = stage, body = HOLD}, leave = "hang up"})
end

-- What the MTA offers.
local NEEDED = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT
conversation("an_mta_that_cannot_add_fields_is_refused", {actions = NEEDED & ~SMFIF_ADDHDRS, steps = ALL_STEPS, refused = true})
conversation("an_mta_that_cannot_change_fields_is_refused",
             {actions = NEEDED & ~SMFIF_CHGHDRS, steps = ALL_STEPS, refused = true})
conversation("an_mta_that_cannot_delete_recipients_is_refused",
             {actions = NEEDED & ~SMFIF_DELRCPT, steps = ALL_STEPS, refused = true})
conversation("an_mta_that_can_no_more_than_that",
             {{to = {LIST, CAROL}, body = HOLD, taken = {LIST}}, {body = TAG, tag = TAGGED}, actions = NEEDED, steps = ALL_STEPS,
              held = 1})
conversation("an_mta_that_waits_for_each_reply", {{body = TAG, tag = TAGGED}, {body = HOLD, final = DISCARD},
             steps = ALL_STEPS & ~NO_REPLY, held = 1})
conversation("an_mta_that_strips_leading_blanks", {{body = TAG, tag = TAGGED:sub(2)}, steps = ALL_STEPS & ~SMFIP_HDR_LEADSPC})
conversation("unknown_commands_change_nothing",
             {{unknown = "XSPEAK"}, {unknown = "XSPEAK again", body = HOLD, final = DISCARD}, steps = ALL_STEPS & ~SMFIP_NOUNKNOWN,
              held = 1})
conversation("an_mta_of_protocol_2",
             {{body = TAG, tag = TAGGED:sub(2), no_data = true}, {body = HOLD, final = DISCARD, no_data = true}, version = 2,
              steps = 0x7F, held = 1})

for _, one in ipairs(conversations) do
  if only == nil or only == one.name then  -- -D only=NAME
    local is_good, problem = pcall(play, one.name, one.what)
    if one.what.finally then one.what.finally() end
    local why = is_good and "" or ": " .. (type(problem) == "table" and problem.why or tostring(problem))
    mt.echo((is_good and "ok " or "FAILED ") .. one.name .. " held=" .. (one.what.held or 0) .. why)
  end
end
