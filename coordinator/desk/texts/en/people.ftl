## Who is at the desk.

who-anybody = There are no accounts: anybody who uses this machine can use these pages.
who-leave = Sign out
login-title = Sign in
login-name = Name
login-password = Password
login-code = Code of the authenticator, six digits
login-send = Sign in
login-wrong = The name, the password or the code is not right. Each code is good once.
login-wait = Too many attempts. The next one is looked at in { $seconds } s.
login-busy = Too many people are signing in at this moment. Try again.
refused-title = This page is not for your roles
refused-note = Your roles: { $roles }. Whoever runs the coordinator can give you others.
me-title = My account
me-roles = Roles
me-places = Signed in at so many places
me-leave-all = Sign out everywhere
me-password = Another password
me-password-note = { $shortest } characters or more; five words drawn by dice are good. Afterwards you sign in anew everywhere.
me-former = Present password
me-new = New password
me-again = The same again
me-change = Change
me-differ = The two new passwords differ; nothing was changed.
me-unfit = The new password has fewer than { $shortest } characters, or is very long; nothing was changed.
role-admin = administrator
role-coordinator = coordinator
role-transcriber = transcriber
role-analyst = analyst
role-publisher = publisher
role-read-only = read-only

## Who looked at what.

views-title = Who looked at what
views-note = Pages about observers, stations and files, and original photos. What is looked at again within ten minutes is written down once. Times are { $zone }.
views-none = Nobody has looked at anything yet.
views-who = Who
views-when = When
views-what = What
views-file = page of the file
views-original = original of the file
views-table = Table
views-older = Older ones
