"""Sums up what testssl.sh and sslyze found of one listener: audit-profile testssl.json sslyze.log; fails for anything above LOW."""
import json
import re
import sys

profile, testssl, sslyze = sys.argv[1:]
try:
    findings = json.load(open(testssl))
except (OSError, ValueError) as error:
    sys.exit(f"{profile}: testssl.sh left no result: {error}")
# About the machine that asks, not about the listener.
OWN = {"engine_problem"}
findings = [f for f in findings if f["id"] not in OWN]
# By WARN testssl.sh says that a check of its own did not work. One does not, with OpenSSL 3: it looks for a session without a ticket
# where TLS 1.3 is spoken. sslyze makes that check.
UNCHECKED = {"sessionresumption_ID"}
bad = [f for f in findings if f["severity"] in ("MEDIUM", "HIGH", "CRITICAL", "FATAL") or f["severity"] == "WARN" and f["id"] not in UNCHECKED]
counts = {}
for finding in findings:
    counts[finding["severity"]] = counts.get(finding["severity"], 0) + 1
if not any(f["id"] == "TLS1_3" for f in findings):
    sys.exit(f"{profile}: testssl.sh did not come to its end")
print(f"{profile}: testssl.sh " + ", ".join(f"{n} {s}" for s, n in sorted(counts.items())))
for finding in findings:
    if finding["severity"] in ("LOW", "WARN") or finding in bad:
        print(f"  {finding['severity']} {finding['id']}: {finding['finding']}")
log = open(sslyze).read()
verdict = re.search(r"127\.0\.0\.1:\d+: (OK - Compliant|FAILED - Not compliant)[^\n]*(\n\s+\* [^\n]+)*", log)
if profile == "custom":
    ended = "SCANS COMPLETED" in log
    print("custom: sslyze " + ("came to its end" if ended else "failed"))
else:
    # Its trust stores have no private authorities; a path to them is what testssl.sh was given.
    against = re.findall(r"\* ([^\n]+)", verdict.group(0)) if verdict else []
    against = [issue for issue in against if not issue.startswith("certificate_path_validation")]
    ended = verdict is not None and not against
    print(f"{profile}: sslyze, Mozilla's {profile}: " + ("; ".join(against) if against else "compliant" if ended else "failed"))
sys.exit(1 if bad or not ended else 0)
