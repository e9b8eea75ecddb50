using System.Text.Json;
using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tests.Latency;
using TorchSharp;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Search;

public class OperatorSearchTests
{
    private static readonly SearchSettings Settings = new() { Constraints = new() { MeanVisualTokens = 5 }, Scores = [ScoreCriterion.Probe, ScoreCriterion.ClsAttention], Steps = 12, BatchSize = 3, AlignmentWeight = 0.1, Seed = 3 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_search_finds_a_plan_that_meets_the_budget_and_runs(bool other)
    {
        using var model = SearchSample.Model(other);
        using var data = SearchSample.Data(model, 6, 3);
        var result = Search(model, data, Settings);
        Assert.Equal(5, result.Plan.Ledger.Mean);
        var constraint = Assert.Single(result.Report.Constraints);
        Assert.Equal((ConstraintKind.MeanVisualTokens, 5, 5, 0), (constraint.Kind, constraint.Limit, constraint.Spent, constraint.Slack));
        Assert.Equal(12, result.Report.Losses.Count);
        Assert.Equal(12 * 3 * 3, result.Report.Samples);
        Assert.Equal(model.LayerCount, result.Report.Sites.Count);
        Assert.True(result.Report.Seconds > 0 && result.Report.PeakMemoryBytes > 0);
        Assert.True(result.Plan.IsQuestionAgnostic);
        result.Plan.CheckFits(model);
    }

    [Fact]
    public void Several_constraints_are_met_together_and_each_is_reported()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var result = Search(model, data, Settings with { Constraints = new() { MeanVisualTokens = 8, FinalVisualTokens = 2, MacsRatio = 0.8, KvBytesRatio = 0.75 } });
        Assert.Equal([ConstraintKind.MeanVisualTokens, ConstraintKind.FinalVisualTokens, ConstraintKind.MacsRatio, ConstraintKind.KvBytesRatio], result.Report.Constraints.Select(c => c.Kind));
        Assert.All(result.Report.Constraints, c => Assert.True(c.Spent <= c.Limit && c.Spent == result.Plan.Spent(c.Kind) && c.Multiplier >= 0));
        Assert.Equal(result.Report.Constraints.Select(c => (c.Kind, c.Limit, c.Slack)), result.Plan.Constraints.Select(c => (c.Kind, c.Limit, c.Slack)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_table_alone_is_no_reason_to_measure_the_machine(bool asked)
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var table = LatencySample.Plain(model.ToPlanModel(), site: 0.1).For(model);
        var constraints = new SearchConstraints { MeanVisualTokens = 4, Latency = table, MeasureLatency = asked };
        var result = Search(model, data, Settings with { Constraints = constraints });
        Assert.Equal(asked, result.Report.Latency is not null);
        var plain = Search(model, data, Settings with { Constraints = new SearchConstraints { MeanVisualTokens = 4 } });
        Assert.Equal(plain.Plan.ToJson(), result.Plan.ToJson());
    }

    [Fact]
    public void A_limit_on_latency_is_met_as_predicted_and_reported_beside_what_was_measured()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var table = LatencySample.Plain(model.ToPlanModel(), site: 0.1).For(model);
        var constraints = new SearchConstraints { LatencyFraction = 0.95, LatencyMs = 4.4, Latency = table };
        var (first, second) = (Search(model, data, Settings with { Constraints = constraints }), Search(model, data, Settings with { Constraints = constraints }));
        var predicted = table.Predict(first.Plan);
        Assert.Equal([ConstraintKind.LatencyMs, ConstraintKind.LatencyFraction], first.Report.Constraints.Select(c => c.Kind));
        Assert.All(first.Report.Constraints, c => Assert.True(c.Spent <= c.Limit && c.Slack >= 0 && c.Multiplier >= 0));
        Assert.Equal(predicted, first.Report.Constraints[0].Spent, 1e-9);
        Assert.Equal(predicted / (model.LayerCount * 1.16), first.Report.Constraints[1].Spent, 1e-9);
        Assert.InRange(predicted, 0.85 * 4.4, 4.4); // the limit is used, as far as whole counts and sites can
        Assert.Equal((predicted, model.LayerCount * 1.16), (first.Report.Latency!.PredictedMs, Math.Round(first.Report.Latency.UnreducedPredictedMs, 9)));
        Assert.True(first.Report.Latency.MeasuredMs > 0 && first.Report.Latency.UnreducedMeasuredMs > 0);
        Assert.Equal(first.Plan.ToJson(), second.Plan.ToJson());
        Assert.Equal(first.Plan.ToJson(), ReductionPlan.FromJson(first.Plan.ToJson(), first.Plan.Parameters).ToJson());
    }

    // Overfitting a handful of questions is the least that a descent on the right gradient must manage.
    [Fact]
    public void The_loss_falls()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var losses = Search(model, data, Settings with { Steps = 60, BatchSize = 4, AlignmentWeight = 0 }).Report.Losses;
        Assert.True(losses.TakeLast(10).Average() < losses.Take(10).Average() - 0.02, $"from {losses.Take(10).Average():f3} to {losses.TakeLast(10).Average():f3}");
    }

    [Theory]
    [InlineData(ScoreCriterion.TextAttention)]
    [InlineData(ScoreCriterion.RaterAttention)]
    public void Attention_to_the_question_is_searched_with_one_question_a_row(ScoreCriterion attention)
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 1);
        var result = Search(model, data, Settings with { Scores = [ScoreCriterion.Probe, ScoreCriterion.Novelty, attention], Frozen = new() { Activation = 1 } });
        Assert.False(result.Plan.IsQuestionAgnostic);
        Assert.All(result.Plan.Sites.Where(site => site.Layer == 0), site => Assert.False(site.Score.ContainsKey(ScoreCriterion.TextAttention)));
    }

    // A GPU's models are in 16 bits; the operator computes in 32, and what it gives back to the decoder must not be.
    [Fact]
    public void A_model_in_16_bits_is_searched_with_every_criterion()
    {
        using var model = SearchSample.Model(dtype: ScalarType.BFloat16);
        using var data = SearchSample.Data(model, 4, 1);
        ScoreCriterion[] all = [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.ClsAttention, ScoreCriterion.TextAttention, ScoreCriterion.RaterAttention, ScoreCriterion.Novelty, ScoreCriterion.FeatureNorm];
        var result = Search(model, data, Settings with { Scores = all });
        Assert.Equal(5, result.Plan.Ledger.Mean);
        Assert.All(result.Report.Losses, loss => Assert.True(double.IsFinite(loss)));
    }

    [Fact]
    public void One_seed_gives_one_plan_to_the_last_bit()
    {
        using var model = SearchSample.Model();
        using SearchData once = SearchSample.Data(model, 4, 3), again = SearchSample.Data(model, 4, 3);
        var (first, second) = (Search(model, once, Settings).Plan, Search(model, again, Settings).Plan);
        Assert.Equal(JsonSerializer.Serialize(first.Ledger), JsonSerializer.Serialize(second.Ledger));
        Assert.Equal(first.Sites.Select(s => s.ToString()), second.Sites.Select(s => s.ToString()));
        Assert.Equal(first.Parameters!.Fingerprint, second.Parameters!.Fingerprint);
        Assert.NotEqual(first.Parameters.Fingerprint, Search(model, again, Settings with { Seed = 4 }).Plan.Parameters!.Fingerprint);
    }

    [Fact]
    public void Nothing_is_left_behind_by_a_search_or_by_a_cancelled_one()
    {
        using var model = SearchSample.Model();
        var before = Live();
        using (var data = SearchSample.Data(model, 4, 3))
        {
            Search(model, data, Settings);
            using var source = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => new OperatorSearch(model, Settings).RunFront([Settings.Constraints], data, data, new Immediately(p =>
            {
                if (p.Step == 5)
                    source.Cancel();
            }), source.Token));
        }
        Assert.Equal(before, Live());
    }

    [Fact]
    public void Progress_is_reported_after_every_step()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        var reports = new List<SearchProgress>();
        new OperatorSearch(model, Settings).RunFront([Settings.Constraints], data, data, new Immediately(reports.Add), default);
        reports.RemoveAll(report => report.Phase != SearchPhase.Steps);
        Assert.Equal(Enumerable.Range(1, 12), reports.Select(r => r.Step));
        Assert.All(reports, r => Assert.Equal((r.Step, 12), (r.Done, r.Total)));
        Assert.All(reports, r => Assert.True(r.Loss > 0 && r.Alignment > 0 && r.MeanVisualTokens >= 1));
    }

    [Fact]
    public void A_loss_that_is_not_a_number_names_its_step()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        using (no_grad())
            model.Weights["language_model.model.norm.weight"].fill_(EosMLNet.Tensors.Scalars.Literal(double.NaN));
        var error = Assert.Throws<EosException>(() => Search(model, data, Settings));
        Assert.Equal(EosErrors.Diverged, error.Code);
        Assert.Contains("step 1 of 12", error.Message);
    }

    [Fact]
    public void Budgets_and_values_out_of_range_are_refused_before_anything_runs()
    {
        using var model = SearchSample.Model();
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Constraints = new() { MeanVisualTokens = 0 } }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Constraints = new() { MeanVisualTokens = double.NaN } }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Constraints = new() { MeanVisualTokens = model.VisualTokens + 1 } }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Steps = 0 }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { LearningRate = double.NaN }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Sites = [99] }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Scores = [ScoreCriterion.Random] }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Scores = [ScoreCriterion.TextAttention] }).Code);
        Assert.Equal(EosErrors.InvalidOption, Refusal(Settings with { Scores = [ScoreCriterion.RaterAttention] }).Code);
        var infeasible = Refusal(Settings with { Sites = [2] });
        Assert.Equal(EosErrors.InfeasibleBudget, infeasible.Code);
        Assert.Contains("8.5", infeasible.Message);

        EosException Refusal(SearchSettings settings) => Assert.Throws<EosException>(() => settings.Check(model));
    }

    [Fact]
    public void The_plans_of_a_front_are_told_by_the_front_alone_and_must_be_of_one_kind()
    {
        using var model = SearchSample.Model();
        using var data = SearchSample.Data(model, 4, 3);
        SearchConstraints[] front = [new() { FinalVisualTokens = 6, MacsRatio = 0.8 }, new() { FinalVisualTokens = 3, MacsRatio = 0.7 }];
        var results = Front(front); // the settings' own constraint is on mean tokens
        Assert.All(front.Zip(results), x => Assert.True(x.Second.Plan.Ledger.Final <= x.First.FinalVisualTokens && x.Second.Plan.Ledger.MacsRatio <= x.First.MacsRatio && x.Second.Report.Constraints.Count == 2));
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => Front([])).Code);
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => Front([front[0], new() { MacsRatio = 0.7 }])).Code);
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => Front([front[0], front[1] with { FamilyDrop = 0.1 }])).Code);

        IReadOnlyList<SearchResult> Front(IReadOnlyList<SearchConstraints> constraints) => new OperatorSearch(model, Settings).RunFront(constraints, data, data, null, default);
    }

    private static SearchResult Search(VisionLanguageModel model, SearchData data, SearchSettings settings) =>
        new OperatorSearch(model, settings).RunFront([settings.Constraints], data, data, null, default)[0];

    private static long Live() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
