"""What kind of transaction moved money
(https://developer.paypal.com/docs/transaction-search/transaction-event-codes/).
"""

CHECKOUT, SAVED_WALLET, SUBSCRIPTION = "T0006", "T0003", "T0002"
REFUND, REVERSAL = "T1107", "T1106"
CHARGEBACK, CHARGEBACK_FEE, FEE = "T1201", "T0106", "T0107"
