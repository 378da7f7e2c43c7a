import Testing

@testable import Registry

@Suite struct LinkFieldTests {
    static let next: [(fields: [String], target: String?, why: String)] = [
        ([], nil, "no field"),
        ([#"</v2/x/tags/list?n=2&last=b>; rel="next""#], "/v2/x/tags/list?n=2&last=b", "docker-registry's"),
        (["<https://r.example/p>;rel=next"], "https://r.example/p", "a token, no blanks"),
        ([#"<a>; rel="prev", <b>; rel="next""#], "b", "the second of two"),
        ([#"<a>; rel="prev""#, #"<b>; rel="next""#], "b", "in the second field"),
        ([#"<a,b;c>; rel="next""#], "a,b;c", "separators within the address"),
        ([#"<a>; title="x, <b>; rel=\"next\""; rel=prev"#], nil, "a quoted one is none"),
        ([#"<a>; REL="Start NEXT""#], "a", "several relations, in any case"),
        ([#"<a>; rel="prev"; rel="next""#], nil, "of two relations the first counts"),
        ([#"<a>; rel="next"; anchor="/other""#], nil, "about another page"),
        ([#"<a>; rel="next-archive""#], nil, "another relation"),
        (["<a>; rel"], nil, "a parameter without a value"),
        ([#", <a> ; rel = "next" ; , "#], "a", "empty elements, and blanks everywhere"),
        (["<>; rel=next"], "", "the page itself"),
    ]

    @Test("finds the first link to the next page", arguments: next)
    func nextPage(fields: [String], target: String?, why: String) throws {
        let links = try #require(LinkField.all(in: fields), "\(why)")
        #expect(links.first(where: \.isNext)?.target == target, "\(why)")
    }

    @Test(
        "rejects a field that is not a valid list of links",
        arguments: [
            "/v2/x/tags/list; rel=next", "<a; rel=next", #"<a>; rel="next"#, "<a> <b>; rel=next",
            #"<a>; rel="next\"#,
        ]
    )
    func unreadable(field: String) { #expect(LinkField.all(in: [field]) == nil) }
}
