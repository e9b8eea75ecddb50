using EosMLNet.Models;
using EosMLNet.Search;

namespace EosMLNet.Tests.Search;

/// <summary>The estimate alone, on a clock that the test moves.</summary>
public class SearchMeterTests
{
    private const int Steps = 300, Sites = 6, Validation = 1000, Images = 200, Questions = 4000;

    private static readonly SearchSettings Settings = new() { Constraints = new() { MeanVisualTokens = 16 }, Steps = Steps };
    private static readonly SearchStage Stage = new(Settings.Constraints, Settings.Constraints, Steps, 0, 0.5, (0.4, 0.1));
    private static readonly SearchSize Training = new(Questions, Questions, Images), Held = new(Validation, Validation, 50);

    private readonly List<SearchProgress> reports = [];
    private double now;

    // Seconds of an image, an unreduced question, a step of 16 questions, a question under a plan.
    [Theory]
    [InlineData(0.004, 0.008, 0.25, 0.006)]  // a small model on a CPU: operations cost, not tokens
    [InlineData(0.02, 0.06, 1.1, 0.02)]      // a medium one
    [InlineData(0.05, 0.25, 3.0, 0.06)]      // 7B on a GPU: tokens cost
    [InlineData(1, 1, 40, 1)]
    public void After_a_third_of_the_work_the_rest_is_known_to_half_as_much_again(double image, double unreduced, double step, double trial)
    {
        Run(image, unreduced, step, trial, usualTrials: true);
        var total = now;
        var from = reports.Where(report => report.Elapsed.TotalSeconds >= total / 3 && report.Elapsed.TotalSeconds < 0.85 * total).ToArray();
        Assert.NotEmpty(from);
        Assert.All(from, report =>
        {
            Assert.NotNull(report.Remaining);
            var truth = total - report.Elapsed.TotalSeconds;
            Assert.InRange(report.Remaining.Value.TotalSeconds / truth, 1 / 1.5, 1.5);
            Assert.InRange(report.Fraction, report.Elapsed.TotalSeconds / total - 0.2, report.Elapsed.TotalSeconds / total + 0.2);
        });
    }

    [Theory]
    [InlineData(0.004, 0.008, 0.25, 0.006, true)]
    [InlineData(1, 0.001, 0.01, 5, false)] // nothing is as it was guessed
    [InlineData(0.001, 3, 0.01, 0.001, false)]
    [InlineData(0, 0, 0, 0, true)]
    public void The_fraction_never_falls_and_ends_at_one_whatever_things_cost(double image, double unreduced, double step, double trial, bool usualTrials)
    {
        Run(image, unreduced, step, trial, usualTrials);
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True(pair.First.Fraction <= pair.Second.Fraction));
        Assert.All(reports.SkipLast(1), report => Assert.InRange(report.Fraction, 0, 0.999));
        Assert.Equal(1, reports[^1].Fraction);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.All(reports, report => Assert.True(report.Remaining is null || report.Remaining >= TimeSpan.Zero));
        Assert.All(reports, report => Assert.InRange(report.Done, 0, report.Total));
    }

    [Fact]
    public void It_neither_stands_at_the_beginning_nor_at_the_end()
    {
        Run(0.004, 0.008, 0.25, 0.006, usualTrials: true);
        double At(double part) => reports.Last(report => report.Elapsed.TotalSeconds <= part * now).Fraction;
        Assert.InRange(At(0.05), 0.005, 0.2);
        Assert.InRange(At(0.5), 0.35, 0.65);
        Assert.InRange(At(0.9), 0.75, 0.97);
    }

    [Fact]
    public void The_most_trials_only_shrink()
    {
        Run(0.004, 0.008, 0.25, 0.006, usualTrials: false);
        foreach (var phase in new[] { SearchPhase.Counts, SearchPhase.Sites, SearchPhase.Corners })
        {
            var totals = reports.Where(report => report.Phase == phase && report.Total > 0).Select(report => report.Total).ToArray();
            Assert.NotEmpty(totals);
            Assert.Equal(totals.OrderDescending(), totals);
        }
    }

    [Fact]
    public void A_resumed_search_begins_where_it_stopped_and_says_so()
    {
        Run(0.004, 0.008, 0.25, 0.006, usualTrials: true, resumed: 200);
        Assert.Equal((200, 200), (reports[0].ResumedFrom, reports[0].Step));
        Assert.InRange(reports[0].Fraction, 0.4, 0.75);
        Assert.Contains("resumed from step 200", reports[0].ToString());
        Assert.Equal(201, reports.First(report => report.Phase == SearchPhase.Steps).Step);
        Assert.Equal(1, reports[^1].Fraction);
    }

    [Fact]
    public void Seeds_share_one_fraction()
    {
        var works = Enumerable.Range(0, 3).Select(_ => Work()).ToArray();
        var meter = Meter(works);
        for (var seed = 0; seed < 3; seed++)
            Search(meter, works[seed], seed, 0.004, 0.008, 0.25, 0.006, usualTrials: true);
        meter.Finish();
        Assert.All(reports.Zip(reports.Skip(1)), pair => Assert.True(pair.First.Fraction <= pair.Second.Fraction));
        Assert.InRange(reports.Last(report => report.Search == 1).Fraction, 0.28, 0.42);
        Assert.InRange(reports.Last(report => report.Search == 2).Fraction, 0.6, 0.75);
        Assert.StartsWith("seed 2/3, step ", reports.First(report => report is { Search: 2, Phase: SearchPhase.Steps }).Activity);
    }

    private void Run(double image, double unreduced, double step, double trial, bool usualTrials, int resumed = 0)
    {
        var work = Work();
        if (resumed > 0)
            work.Resume(new() { StepsMade = resumed, Step = resumed, CountsTried = true, Samples = 0, Seconds = 0, Stages = [], Stopped = false, Best = null }, Settings);
        var meter = Meter(work);
        Search(meter, work, 0, image, unreduced, step, trial, usualTrials);
        meter.Finish();
    }

    private static SearchWork Work() => new([Stage], Settings, Held, Sites);

    private SearchMeter Meter(params SearchWork[] works)
    {
        var meter = new SearchMeter(new Immediately(reports.Add), () => now);
        // Those of scenes-llava, whose tower is an eighth of its decoder, at 16 of 144 tokens.
        meter.Expect(works, new Dictionary<WorkKind, double>
        {
            [WorkKind.Image] = 0.125, [WorkKind.Answer] = 2, [WorkKind.Unreduced] = 1, [WorkKind.State] = 1, [WorkKind.Step] = 16, [WorkKind.Trial] = 0.33, [WorkKind.Measurement] = 4,
        }, Settings, Training, Held);
        return meter;
    }

    // What OperatorSearch does, without a model.
    private void Search(SearchMeter meter, SearchWork work, int seed, double image, double unreduced, double step, double trial, bool usualTrials)
    {
        using var training = new ImageCache(_ => null!, 1);
        using var held = new ImageCache(_ => null!, 1);
        meter.Watch(training, training: true);
        meter.Watch(held, training: false);
        var (seen, random) = (new HashSet<int>(), new Random(1));
        meter.BeginSearch(seed);
        meter.Begin(SearchPhase.Images, 96);
        for (var i = 0; i < 96; i++)
            Encode(training, i, seed == 0);
        meter.Begin(SearchPhase.Unreduced, Validation, work.Unreduced);
        Questions(Validation, unreduced, 50);
        meter.End();
        for (var i = work.ResumedFrom + 1; i <= Steps; i++)
        {
            if (i == Steps / 2 + 1)
            {
                Trials(SearchPhase.Counts, work.Counts[0], SearchWork.UsualCounts, CountTrials.Most(Sites), 3);
                Trials(SearchPhase.Sites, work.Sites[0], SearchWork.UsualSites, SiteTrials.Most(Sites), 1);
            }
            meter.ContinueSteps(work.Steps[0]);
            meter.BeginUnit();
            for (var row = 0; row < 16; row++)
                Encode(training, random.Next(Images), seed == 0);
            now += step;
            meter.EndStep(i, 1.5, 0, 16, [0.1]);
        }
        Trials(SearchPhase.Corners, work.Corners[0], SearchWork.UsualCorners, 1 + 4 * Sites, 4);
        meter.Begin(SearchPhase.Validation, Validation, work.Last[0]);
        Questions(Validation, trial, 0);
        meter.End();

        void Questions(int count, double each, int images)
        {
            for (var i = 0; i < count; i += 32)
            {
                meter.BeginUnit();
                for (var p = i * images / count; p < (i + 32) * images / count; p++)
                    Encode(held, p, seed == 0);
                now += each * Math.Min(32, count - i);
                meter.EndUnit(Math.Min(32, count - i));
            }
        }

        void Trials(SearchPhase phase, WorkPart part, double usual, int most, int ofEach)
        {
            // Where a plan may be known to be worse before all questions are asked, it usually is.
            var each = phase == SearchPhase.Sites ? 400 : SearchWork.UsualQuestions(400);
            meter.BeginTrials(phase, part, each, usual);
            meter.TrialsLeft(most);
            Questions(400, trial, 0);
            meter.TrialsLeft(most - 1);
            var (blocks, made) = ((most - 1) / ofEach, 0);
            for (var block = 1; block <= blocks; block++)
            {
                // The most, or on average as many as usual.
                var here = usualTrials ? Math.Max(1, (int)Math.Round(usual * ofEach * block) - made) : ofEach;
                made += here;
                for (var i = 1; i <= here; i++)
                {
                    Questions(each, trial, 0);
                    meter.TrialsLeft((blocks - block) * ofEach + (i == here ? 0 : ofEach - i));
                }
            }
            meter.End();
        }

        void Encode(ImageCache cache, int index, bool isNew) => cache.Encoding(new PromptImage(index, 1), () =>
        {
            now += isNew && (cache == held || seen.Add(index)) ? image : 0;
            return null!;
        });
    }
}
