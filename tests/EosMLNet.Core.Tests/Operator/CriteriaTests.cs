using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public class CriteriaTests
{
    private static readonly VisualGrid Grid = new(4, 6);

    [Fact]
    public void A_score_is_the_weighted_sum_of_standardised_criteria()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(1, Grid);
        var probe = sample.Numbers(Sample.Width);
        var site = PlanModels.Site(5) with
        {
            Score = new Dictionary<ScoreCriterion, double> { [ScoreCriterion.FeatureNorm] = -0.5, [ScoreCriterion.Probe] = 2, [ScoreCriterion.TextAttention] = 0.25 },
        };
        var score = Sample.Flat(ReductionOperator.Score(sample.Input(), site, new LearnedScores(tensor(probe)))[1]);
        var norm = PlainOperator.Standardize([.. sample.Tokens[1].Select(x => Math.Sqrt(x.Sum(v => v * v)))]);
        var projection = PlainOperator.Standardize([.. sample.Tokens[1].Select(x => x.Zip(probe, (v, w) => v * w).Sum())]);
        var attention = PlainOperator.Standardize(sample.TextAttention[1]);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => -0.5 * norm[i] + 2 * projection[i] + 0.25 * attention[i]), score, (p, q) => Math.Abs(p - q) < 1e-12);
    }

    [Fact]
    public void Text_relevance_is_the_bilinear_form_of_token_and_instruction()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(6, Grid);
        double[] visual = sample.Numbers(2 * Sample.Width), text = sample.Numbers(2 * Sample.Width), instruction = sample.Numbers(Sample.Width);
        var input = sample.Input() with { Instruction = tensor(instruction).expand(2, -1) };
        var learned = new LearnedScores(RelevanceVisual: tensor(visual).view(2, -1), RelevanceText: tensor(text).view(2, -1));
        var score = Sample.Flat(ReductionOperator.Score(input, PlanModels.Site(5, ScoreCriterion.TextRelevance), learned)[1]);
        var expected = PlainOperator.Standardize([.. sample.Tokens[1].Select(x => Enumerable.Range(0, 2).Sum(r => Along(visual, r, x) * Along(text, r, instruction)))]);
        Assert.Equal(expected, score, (p, q) => Math.Abs(p - q) < 1e-12);

        static double Along(double[] rows, int row, double[] x) => x.Select((v, i) => v * rows[row * Sample.Width + i]).Sum();
    }

    [Fact]
    public void A_criterion_that_tells_no_token_from_another_counts_nothing()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(2, Grid).Input();
        var alike = input with { Observed = Sample.Seen(ScoreCriterion.TextAttention, full([2L, 1, 24], EosMLNet.Tensors.Scalars.Literal(1.0 / 144), float32)) };
        Assert.All(Sample.Flat(ReductionOperator.Score(alike, PlanModels.Site(5))), s => Assert.Equal(0, s));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(7)]
    [InlineData(1)]
    public void A_lattice_is_evenly_spaced(int keep)
    {
        var anchors = Anchors(PlanModels.Site(keep, ScoreCriterion.Lattice));
        var gaps = anchors.Zip(anchors.Skip(1), (a, b) => b - a).ToList();
        Assert.All(gaps, gap => Assert.InRange(gap, 24 / keep, 24 / keep + 1));
        Assert.Equal(keep, anchors.Length);
    }

    [Fact]
    public void Random_tokens_depend_on_the_seed_alone_and_every_token_gets_its_turn()
    {
        using var scope = NewDisposeScope();
        var site = PlanModels.Site(6, ScoreCriterion.Random);
        Assert.Equal(Anchors(site), Anchors(site, sampleSeed: 99));
        Assert.NotEqual(Anchors(site), Anchors(site with { Seed = 1 }));
        var counts = new int[24];
        for (var seed = 0; seed < 400; seed++)
            foreach (var anchor in Anchors(site with { Seed = seed }))
                counts[anchor]++;
        Assert.All(counts, count => Assert.InRange(count, 65, 135)); // 100 expected, standard deviation 8.7
    }

    [Fact]
    public void Random_tokens_stay_the_luckiest_after_an_earlier_site()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(3, Grid).Input();
        var site = PlanModels.Site(12, ScoreCriterion.Random);
        var first = ReductionOperator.Reduce(input, site);
        var second = ReductionOperator.Reduce(input with { Tokens = first.Tokens, Mass = first.Mass, Index = first.Anchors, Observed = null, Keys = null }, site with { Keep = 5 });
        Assert.Equal(Anchors(site with { Keep = 5 }), first.Anchors.gather(1, second.Anchors)[0].data<long>().Select(i => (int)i));
    }

    [Fact]
    public void A_grid_keeps_the_middle_of_each_window()
    {
        using var scope = NewDisposeScope();
        var anchors = Anchors(PlanModels.Site(4, ScoreCriterion.Grid), grid: new VisualGrid(6, 6)); // windows of 3 x 3
        Assert.Equal([7, 10, 25, 28], anchors);
    }

    [Fact]
    public void A_bipartite_round_keeps_every_odd_token_and_the_even_ones_that_resemble_them_least()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(4, Grid, images: 1);
        var x = sample.Tokens[0];
        var least = Enumerable.Range(0, 12).Select(i => 2 * i)
            .OrderBy(even => Enumerable.Range(0, 12).Max(odd => PlainOperator.Cosine(x[even], x[2 * odd + 1]))).Take(3);
        var expected = Enumerable.Range(0, 12).Select(i => 2 * i + 1).Concat(least).Order();
        Assert.Equal(expected, ReductionOperator.Reduce(sample.Input(), PlanModels.Site(15, ScoreCriterion.BipartiteMatch)).Anchors.data<long>().Select(i => (int)i));
    }

    [Fact]
    public void A_token_is_novel_when_it_resembles_the_others_little()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(6, Grid);
        var expected = PlainOperator.Standardize([.. Enumerable.Range(0, 24).Select(i =>
            1 - Enumerable.Range(0, 24).Where(j => j != i).Average(j => PlainOperator.Cosine(sample.Tokens[1][i], sample.Tokens[1][j])))]);
        Assert.Equal(expected, Sample.Flat(ReductionOperator.Score(sample.Input(), PlanModels.Site(5, ScoreCriterion.Novelty))[1]), (p, q) => Math.Abs(p - q) < 1e-10);
    }

    [Theory]
    [InlineData(null, new[] { 0, 1, 2, 3 })]
    [InlineData(4, new[] { 0, 1, 2, 3 })]
    [InlineData(2, new[] { 1, 3 })]
    [InlineData(1, new[] { 3 })]
    public void Raters_attention_is_the_mean_over_the_heads_that_look_at_the_image_most(int? heads, int[] counted)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(7, Grid, images: 1);
        double[] totals = [0.2, 0.5, 0.4, 0.9];
        double[][] attention = [.. totals.Select(total => PlainOperator.Softmax(sample.Numbers(24)).Select(p => p * total).ToArray())];
        var input = sample.Input() with { Observed = Sample.Seen(ScoreCriterion.RaterAttention, stack(attention.Select(head => tensor(head))).unsqueeze(0)) };
        var expected = PlainOperator.Standardize([.. Enumerable.Range(0, 24).Select(i => counted.Average(head => attention[head][i]))]);
        var score = ReductionOperator.Score(input, PlanModels.Site(5, ScoreCriterion.RaterAttention) with { RaterHeads = heads });
        Assert.Equal(expected, Sample.Flat(score), (p, q) => Math.Abs(p - q) < 1e-10);
    }

    private static int[] Anchors(ReductionSite site, int sampleSeed = 5, VisualGrid? grid = null)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(sampleSeed, grid ?? Grid, images: 1).Input();
        return [.. ReductionOperator.Reduce(input, site).Anchors.data<long>().Select(i => (int)i)];
    }
}
