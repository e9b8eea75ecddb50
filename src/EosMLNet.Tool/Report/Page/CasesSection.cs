using EosMLNet.Tool.Report.Contents;

namespace EosMLNet.Tool.Report.Page;

/// <summary>Questions with their pictures, and which tokens of them the layers see.</summary>
internal static class CasesSection
{
    internal static Html Write(ReductionPlan plan, ReportCases cases) => Html.Of(
        $"""
        {Group("lost", "Questions it lost", "Right without the plan, wrong or worse with it.", cases.Lost, plan, 0)}
        {Group("won", "Questions it won", "Wrong without the plan, right or better with it.", cases.Won, plan, 1)}
        {Group("pictures", "Tokens on pictures", "One question about each of some pictures, spread over the table.", cases.Examples, plan,
            2)}
        {(cases.LeftOut == 0 ? default : Html.Of(
            $"""<p class="small">{cases.LeftOut} pictures are left out: together they would be larger than is allowed.</p>"""))}
        """);

    private static Html Group(string id, string title, string what, CaseGroup group, ReductionPlan plan, int number) => Html.Of(
        $"""
        <section id="{id}" aria-labelledby="{id}-title"><h2 id="{id}-title">{title} <span class="count">{Count(group)}</span></h2>
        <p>{what}{(group.Shown.Count > 0 ? " p is how probable the model finds its own answer." : "")}</p>
        {(group.Shown.Any(one => one.Images.Count > 0) ? Controls(id, plan) : default)}
        <div class="cards">{group.Shown.Select((one, i) => Card(one, number, i))}</div>
        </section>

        """);

    private static string Count(CaseGroup group) => group switch
    {
        { Total: 0 } => "none",
        _ when group.Shown.Count == group.Total => FormattableString.Invariant($"{group.Total:#,0}"),
        _ => FormattableString.Invariant($"{group.Shown.Count:#,0} of {group.Total:#,0}"),
    };

    private static Html Controls(string id, ReductionPlan plan) => Html.Of(
        $"""
        <ul class="legend"><li><i class="kept"></i>kept; the number says how many tokens it stands for</li>
        <li><i class="merged"></i>merged into the kept token of its region</li><li><i class="dropped"></i>dropped</li></ul>
        <div class="controls" data-group="{id}">
        <label for="{id}-layer">Layer</label>
        <input type="range" id="{id}-layer" min="-1" max="{plan.Model.Layers - 1}" value="{plan.Model.Layers - 1}" step="1">
        <output for="{id}-layer"></output>
        <label class="check"><input type="checkbox" id="{id}-draw" checked> Draw tokens</label>
        </div>
        """);

    private static Html Card(ReportCase one, int group, int number) => Html.Of(
        $"""
        <article class="card">
        <h3>{one.Question}</h3>
        {(one.Images.Count > 0 ? Html.Of(
            $"""
            <figure class="tokens" data-case="{group}/{number}" data-name="{(one.Place.Length > 0 ? one.Place : "picture")}"></figure>
            """)
            : default)}
        <dl>
        <dt>Expected</dt><dd>{one.Expected}</dd>
        {Answer("Plan", one.Plan)}
        {Answer("Unreduced", one.Unreduced)}
        </dl>
        <p class="small">{string.Join(" · ", ((string[])[one.Place, one.Family]).Where(text => text.Length > 0))}</p>
        </article>

        """);

    private static Html Answer(string who, CaseAnswer answer) => Html.Of(
        $"""
        <dt>{who}</dt><dd class="{(answer.Score >= 1 ? "right" : "wrong")}"><span class="mark">{(answer.Score >= 1 ? "✓" : "✗")}</span>
        {(answer.Text.Length > 0 ? answer.Text : "(nothing)")}
        <span class="small">{(answer.Score >= 1 ? "right" : answer.Score > 0 ? "in part" : "wrong")}{Sure(answer)}</span></dd>
        """);

    private static string Sure(CaseAnswer answer) =>
        answer.Probability is { } probability ? FormattableString.Invariant($", p {probability:0.00}") : ", too long to be asked";
}
