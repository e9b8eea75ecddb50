using EosMLNet.Tool.Report.Page;

namespace EosMLNet.Tool.Tests.Report;

public sealed class HtmlTests
{
    [Fact]
    public void Values_are_encoded_and_markup_is_not()
    {
        var name = "<a href='x'>\"&";
        Assert.Equal("<p title=\"&lt;a href=&#39;x&#39;&gt;&quot;&amp;\"></p>", Html.Of($"""<p title="{name}"></p>""").Markup);
        Assert.Equal("<ul><li>&lt;</li><li>1.50</li></ul>", Html.Of($"<ul>{new[] { Html.Of($"<li>{"<"}</li>"), Html.Of($"<li>{1.5:0.00}</li>") }}</ul>").Markup);
    }

    [Fact]
    public void Nothing_is_nothing() => Assert.Equal("()", Html.Of($"({(string?)null}{default(Html)})").Markup);
}
