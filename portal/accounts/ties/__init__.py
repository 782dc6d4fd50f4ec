"""One person from many accounts: who outside is whom here.

likeness.py: whether two descriptions may be of one person. Pure.
known.py: the accounts that sources know. proposing.py: which are like somebody here.
deciding.py: an administrator's yes and no. following.py: whose an account is.
erasing.py: a person's name, addresses and ties go.
"""
