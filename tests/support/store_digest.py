#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""store_digest.py FILE: every table of an SQLite store with the hash of its rows, so that two moments can be compared.

Left out: when a session was last seen, and the hourly signature over the audit."""
import hashlib
import sqlite3
import sys


def main():
    store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=10)
    tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    store.execute("BEGIN")
    for table in tables:
        if table == "audit_head":
            continue
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        kept = ", ".join(f'"{column}"' for column in columns if (table, column) != ("session", "seen"))
        rows = sorted(repr(row) for row in store.execute(f"SELECT {kept} FROM {table}"))
        print(table, len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())


if __name__ == "__main__":
    main()
