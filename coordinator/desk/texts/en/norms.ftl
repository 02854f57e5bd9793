## Norms: whether the law was kept, article by article.

place-norms = Norms
norms-title = Whether the law was kept
norms-note = Stations are counted. A norm is broken at a station where anybody says so; kept where somebody saw that and nobody says the opposite; unknown where nobody who was asked has seen it.
norms-none = There are no such answers yet.
norms-article = Article
norms-asked = Stations that answered
norms-share = Outcome
norm-kept = kept
norm-broken = broken
norm-unknown = unknown
norm-both = also said to be kept
norm-questions = What is asked
norm-incidents = Incidents that violate it
norm-stations = Stations and records
norm-records = Records
