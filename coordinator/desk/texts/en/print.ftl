## Records on paper.

print-act = Print the act
print-record = Print
print-times = Sealed by the phone’s clock → received
print-law = Norms of the law
print-note = This sheet is made of a record that the observer signed, and changes nothing in it.
print-answers = As recorded
print-files = Attachments
print-signature = Signature, name, date
