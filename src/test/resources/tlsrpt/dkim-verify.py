# Verifies a message with dkimpy; the key's record is given, not looked up. 0: good, 1: not good, 2: something else is wrong.
# usage: dkim-verify.py MESSAGE NAME RECORD
import sys
import traceback

import dkim

message, name, record = sys.argv[1:]


def txt(asked, timeout=5):
    return record.encode() if asked.rstrip(b".").decode() == name else None


try:
    with open(message, "rb") as f:
        good = dkim.verify(f.read(), dnsfunc=txt, tlsrpt="strict")
    sys.exit(0 if good else 1)
except dkim.DKIMException as e:
    print(e)
    sys.exit(1)
except Exception:
    traceback.print_exc()
    sys.exit(2)
