#!/usr/bin/env bash
# Subscribes a customer and sells them credits, against a Cashbeat that `make up` runs with its sandbox.
# docs/quickstart.sh        (API=http://127.0.0.1:8001 docs/quickstart.sh, if it listens elsewhere)
set -euo pipefail

API=${API:-http://127.0.0.1:8000}
cd "$(dirname "${BASH_SOURCE[0]:-docs/pasted}")/.."
if ! curl -sS -o /dev/null "$API/healthz"; then
  echo "no Cashbeat answers at $API; set API to the address that \`make up\` printed" >&2
  exit 1
fi
KEY=$(.venv/bin/cashbeat api-key create "quickstart")
NEW=$(date +%s) # begins the idempotency keys: a repeated request is the same request, a repeated run is another customer

# A command, answered with its outcome: path, idempotency key, body
say() { curl -sS "$API$1" -H "Authorization: Bearer $KEY" -H "Idempotency-Key: $NEW-$2" -H 'Prefer: wait=10' -d "$3"; }
# A question: path
ask() { curl -sS "$API$1" -H "Authorization: Bearer $KEY"; }
# One field of an answer, like result.id; says what went wrong when the answer has none
field() {
  python3 -c 'import json, sys
answer = sys.stdin.read()
try:
    answer = at = json.loads(answer)
    for name in sys.argv[1].split("."): at = at[int(name) if name.isdigit() else name]
except (KeyError, IndexError, TypeError, ValueError):
    sys.exit(f"no {sys.argv[1]} in {answer}")
print(at)' "$1"
}
# Waits until an answer has a text: path, text
wait_for() {
  for _ in $(seq 60); do
    if ask "$1" | grep -q "$2"; then return; fi
    sleep 1
  done
  echo "waited a minute for $2 at $1" >&2
  exit 1
}
# Plays the customer on the gateway's page: the sandbox's pages are plain forms
pay_on() { curl -sS -o /dev/null "$1" -d card_number=4242424242424242; }

echo "1. who is billed"
ACCOUNT=$(say /v1/accounts/ account '{"name": "Acme Corp", "owner": "user_1", "billing_email": "billing@acme.example",
  "billing_address": {"line1": "1 Example Street", "city": "Springfield", "postal_code": "62701", "country": "US"}}' | field result.id)
echo "   account $ACCOUNT"

echo "2. the customer saves a card, on a page of the gateway's"
PAGE=$(say /v1/billing/stripe/card-setup/ card '{"account_id": "'"$ACCOUNT"'",
  "success_url": "https://app.example/thanks", "cancel_url": "https://app.example/plans"}' | field result.checkout_url)
echo "   $PAGE"
pay_on "$PAGE"
wait_for "/v1/billing/payment-methods/?account_id=$ACCOUNT" '"last4":"4242"'

echo "3. the subscription: billed at once, renewed every month"
SUBSCRIPTION=$(say /v1/billing/subscriptions/ subscription '{"account_id": "'"$ACCOUNT"'", "plan": {"plan": "growth"}}' | field result.id)
wait_for "/v1/billing/subscriptions/$SUBSCRIPTION/" '"status":"active"'
echo "   subscription $SUBSCRIPTION active"

echo "4. credits on top: one package, paid on a page of the gateway's"
PAGE=$(say /v1/billing/stripe/credit-checkout/ credits '{"account_id": "'"$ACCOUNT"'", "package": "value",
  "success_url": "https://app.example/thanks", "cancel_url": "https://app.example/shop"}' | field result.checkout_url)
echo "   $PAGE"
pay_on "$PAGE"
wait_for "/v1/billing/credits/balance/?account_id=$ACCOUNT" '"balance":3500'

echo "5. your product uses some of them"
say /v1/billing/credits/consume/ job '{"account_id": "'"$ACCOUNT"'", "amount": 25, "description": "Report 7"}' | field result.balance >/dev/null
echo "   $(ask "/v1/billing/credits/balance/?account_id=$ACCOUNT" | field balance) credits left"

echo "6. what the customer gets"
wait_for "/v1/billing/invoices/?account_id=$ACCOUNT" '"pdf":"'
ask "/v1/billing/invoices/?account_id=$ACCOUNT" | python3 -c 'import json, sys
for invoice in json.load(sys.stdin)["data"]: print("  ", invoice["number"], invoice["status"], invoice["total_minor"], invoice["currency"])'
echo "   their e-mails are in the sandbox's inbox, see the addresses that \`make up\` printed"
