"""An address of every kind of page, as the demonstration has them."""

#: Endpoint -> a Latvian address of it. Pages that look different by what they show are here more than once; what
#: tells them apart stands behind a colon.
PAGES = {
    "overview.start": "/",
    "overview.about": "/par",
    "overview.developers": "/izstradatajiem",
    "overview.accessibility": "/pieklustamiba",
    "overview.privacy": "/privatums",
    "calendars.upcoming": "/kalendars",
    "calendars.past": "/kalendars/notikusas",
    "calendars.year": "/kalendars/2020",
    "calendars.month": "/kalendars/2020/11",
    "calendars.subscribe": "/abonet",
    "calendars.subscribe:one": "/abonet?calendar=group:kekavas-vietejas-ricibas-grupa",
    "groups.index": "/grupas",
    "groups.show": "/grupas/kekavas-vietejas-ricibas-grupa",
    "groups.show:sample": "/grupas/parauga-vieteja-ricibas-grupa",
    "meetings.show": "/sanaksmes/2020-11-10-projekta-vadibas-grupa-un-kodols",
    "meetings.show:several days": "/sanaksmes/2019-12-05-vietejas-ricibas-grupas-un-viedoklu-lideru-tiksanas",
    "meetings.show:no day": "/sanaksmes/liepaja-pirma-macibu-vizite",
    "topics.index": "/temati",
    "topics.show": "/temati/velosatiksme-parauga",
    "initiatives.board": "/iniciativas",
    "initiatives.listing": "/iniciativu-saraksts",
    "initiatives.show": "/iniciativas/mobilitates-punkti",
    "initiatives.show:sample": "/iniciativas/skolas-iela-bez-auto",
    "proposals.choose": "/priekslikums",
    "proposals.public": "/grupas/kekavas-vietejas-ricibas-grupa/priekslikums",
    "proposals.thanks": "/grupas/kekavas-vietejas-ricibas-grupa/priekslikums/paldies",
    "comments.public_on_meeting": "/sanaksmes/2025-10-09-grupas-dibinasanas-kopsapulce/viedoklis",
    "comments.public_on_initiative": "/iniciativas/skolas-iela-bez-auto/viedoklis",
    "decisions.index": "/lemumi",
    "networks.index": "/tikli",
    "networks.show": "/tikli/cities4csr",
    "municipalities.index": "/pasvaldibas",
    "municipalities.show": "/pasvaldibas/kekavas-novads",
    "search.results": "/meklet",
    "search.results:found": "/meklet?q=kekava+l%C4%93mums",
    "search.results:nothing": "/meklet?q=qqqq",
    "accounts.login": "/pieteikties",
    "accounts.ask_for_link": "/pieteikties/saite",
    "accounts.follow_link": "/pieteikties/saite/x",
    "accounts.forgot_password": "/parole/aizmirsta",
    "accounts.change_email_confirm": "/konts/e-pasts/x",
    "accounts.wan_signin": "/pieteikties/atslega",
    "invitations.accept": "/uzaicinajums/x",
}
#: Pages in the middle of signing in, which lead to its beginning when they are opened by themselves.
ON_THE_WAY = {
    "accounts.mf_recovery",
    "accounts.reset_password",
    "accounts.start_oidc",
    "accounts.tf_select",
    "accounts.two_factor_rescue",
    "accounts.two_factor_token_validation",
}
#: Pages with a form about an account, whose token needs a cookie.
WITH_COOKIE = {path for name, path in PAGES.items() if name.startswith(("accounts.", "invitations."))}
#: Pages that only a link out of a letter opens, which is one person's own: `test_links_in_letters.py` looks at them.
BY_PERSONAL_LINK = {"letters.opt_out", "replies.by_link"}
MISSING = "/sanaksmes/tadas-nav"
