"""Who calls: keys of servers, users of customers, the company's own people, and what each of them may do."""
