using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

public class SearchProgressTests
{
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 5, FinalVisualTokens = 3 }, Steps = 12, BatchSize = 4, Seed = 3, CheckpointEvery = 4, RelevanceRank = 4, ValidationQuestions = 6,
    };

    public static TheoryData<string> Ways => ["plain", "aligned", "patient", "front", "few steps"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_phase_is_told_of_and_the_fraction_goes_from_0_to_1(string way)
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 1);
        var settings = way switch
        {
            "aligned" => Settings with { AlignmentWeight = 0.1 },
            "patient" => Settings with { Patience = 1, CheckEvery = 2 },
            "few steps" => Settings with { Steps = 1 },
            _ => Settings,
        };
        SearchConstraints[] front = way == "front" ? [settings.Constraints, settings.Constraints with { MeanVisualTokens = 3 }] : [settings.Constraints];
        var reports = new List<SearchProgress>();
        new OperatorSearch(model, settings).RunFront(front, data, data, new Immediately(reports.Add), default);

        Assert.Equal([SearchPhase.Images, SearchPhase.Unreduced, SearchPhase.Steps, SearchPhase.Counts, SearchPhase.Sites, SearchPhase.Corners, SearchPhase.Validation], reports.Select(report => report.Phase).Distinct().Order());
        Assert.InRange(reports[0].Fraction, 0, 0.01);
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True(pair.First.Fraction <= pair.Second.Fraction));
        Assert.All(reports.SkipLast(1), report => Assert.True(report.Fraction < 1));
        Assert.Equal((1, TimeSpan.Zero), (reports[^1].Fraction, reports[^1].Remaining));
        Assert.All(reports, report => Assert.True(report.Remaining is null || report.Remaining >= TimeSpan.Zero));
        Assert.All(reports, report => Assert.InRange(report.Done, 0, report.Total));
        Assert.All(reports, report => Assert.InRange(report.ToString().Length, 1, 79));
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True(pair.First.Elapsed <= pair.Second.Elapsed));
    }

    [Fact]
    public void A_line_for_people_tells_what_is_done_and_what_is_left()
    {
        var step = new SearchProgress(36, 300, 1.2344, 0, 16.04, [0.1], TimeSpan.FromSeconds(20)) { Fraction = 0.1299, Remaining = TimeSpan.FromSeconds(130) };
        Assert.Equal("12 %, step 36 of 300, loss 1.234, 16.0 tokens, 2 min 10 s left", step.ToString());
        Assert.Equal("0 %, image 3 of 128", (step with { Phase = SearchPhase.Images, Done = 3, Total = 128, Fraction = 0.001, Remaining = null }).ToString());
        Assert.Equal("70 %, counts, trial 4 of at most 31, 40 s left",
            (step with { Phase = SearchPhase.Counts, Done = 4, Total = 31, Fraction = 0.7, Remaining = TimeSpan.FromSeconds(40) }).ToString());
        Assert.Equal("99 %, last measurement, question 320 of 1000, 5 s left",
            (step with { Phase = SearchPhase.Validation, Done = 320, Total = 1000, Fraction = 0.9999, Remaining = TimeSpan.FromSeconds(5) }).ToString());
        Assert.Equal("40 %, seed 2/3, step 36 of 300, loss 1.234, 16.0 tokens, 3 h 5 min left",
            (step with { Fraction = 0.4, Search = 2, Searches = 3, Remaining = TimeSpan.FromMinutes(185) }).ToString());
    }

    [Theory]
    [InlineData(1e300, 1e300)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(123456.789, 99999)]
    public void A_line_is_short_whatever_its_numbers_are(double loss, double tokens)
    {
        var progress = new SearchProgress(999_999, 1_000_000, loss, 0, tokens, [], TimeSpan.FromDays(30))
        {
            Fraction = 0.5, Remaining = TimeSpan.FromDays(400), Search = 12, Searches = 16, ResumedFrom = 999_999,
        };
        Assert.All(Enum.GetValues<SearchPhase>(), phase => Assert.InRange((progress with { Phase = phase }).ToString().Length, 1, 79));
    }

    [Fact]
    public void Nothing_but_the_time_depends_on_who_listens()
    {
        using var model = SearchSample.Model();
        using var folder = new TemporaryFolder();
        var silent = Run(null, "silent.ckpt");
        var told = Run(new Immediately(_ => { }), "told.ckpt");
        Assert.Equal(silent.Plan.ToJson(), told.Plan.ToJson());
        Assert.Equal(silent.Plan.ParametersFingerprint, told.Plan.ParametersFingerprint);
        Assert.Equal(silent.Report.Losses, told.Report.Losses);

        SearchResult Run(IProgress<SearchProgress>? progress, string file)
        {
            using var data = SearchSample.Data(model, 4, 1);
            return new OperatorSearch(model, Settings with { CheckpointPath = Path.Combine(folder.Path, file) }).RunFront([Settings.Constraints], data, data, progress, default)[0];
        }
    }
}
