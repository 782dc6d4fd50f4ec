"""The records' pages: the list, a draft, a sealed record. Both of the latter are
drawn from facts in one form, whether they were read just now or long sealed."""
