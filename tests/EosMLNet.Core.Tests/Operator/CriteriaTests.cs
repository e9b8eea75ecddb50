using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public class CriteriaTests
{
    private static readonly VisualGrid Grid = new(4, 6);
    private static readonly VisualLayout Tiles = new(new VisualRegion(2, 2), new VisualRegion(4, 5)); // as many tokens, on two grids

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

    // Of images in tiles each token is summed apart.
    [Theory]
    [InlineData(ScoreCriterion.Probe)]
    [InlineData(ScoreCriterion.TextRelevance)]
    public void Tokens_of_tiles_score_as_on_one_grid(ScoreCriterion criterion)
    {
        using var scope = NewDisposeScope();
        var (input, learned) = Asked(new Sample(6, Grid));
        var site = PlanModels.Site(5, criterion);
        var expected = ReductionOperator.Score(input, site, learned);
        var found = ReductionOperator.Score(input with { Layout = Tiles }, site, learned);
        Assert.Equal(Sample.Flat(expected), Sample.Flat(found), (p, q) => Math.Abs(p - q) < 1e-12);
    }

    [Theory]
    [InlineData(ScoreCriterion.Probe)]
    [InlineData(ScoreCriterion.TextRelevance)]
    public void Equal_tokens_of_tiles_score_equally_to_the_last_bit(ScoreCriterion criterion)
    {
        using var scope = NewDisposeScope();
        const int Wide = 1003;
        var layout = new VisualLayout(new VisualRegion(2, 2), new VisualRegion(5, 6, HasNewlines: true));
        Tensor Random(int seed, params long[] shape) => Numbers.Normal(seed, shape).to_type(ScalarType.Float32);
        var input = new SiteInput(Random(1, 1, 1, Wide).repeat(2, layout.Count, 1), ones(2, layout.Count),
            Scalars.Arange(layout.Count).expand(2, -1), layout, Instruction: Random(2, 1, Wide).repeat(2, 1));
        var learned = new LearnedScores(Random(3, Wide), Random(4, 2, Wide), Random(5, 2, Wide));
        var values = Criterion.Of(criterion).Values(input, PlanModels.Site(5, criterion), learned, null);
        Assert.All(values.unbind(0), image => Assert.Single(image.data<float>().Distinct()));
    }

    [Theory]
    [InlineData(ScoreCriterion.FeatureNorm)]
    [InlineData(ScoreCriterion.Probe)]
    [InlineData(ScoreCriterion.TextRelevance)]
    [InlineData(ScoreCriterion.TextAttention)]
    [InlineData(ScoreCriterion.Novelty)]
    [InlineData(ScoreCriterion.RaterAttention)]
    public void Tokens_that_are_gone_count_for_nothing_in_the_scores_of_those_that_are_there(ScoreCriterion criterion)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(8, Grid);
        var (input, learned) = Asked(sample);
        long[][] there = [[0, 3, 4, 9, 17, 23], [1, 2, 5, 6, 7, 8, 10, 20, 21]];
        double[][] present = [.. there.Select(tokens => Enumerable.Range(0, 24).Select(i => tokens.Contains(i) ? 1.0 : 0).ToArray())];
        // The first of three heads looks at tokens that are gone, most of all; the mean is over two heads.
        double[] attention = [.. sample.Numbers(2 * 3 * 24).Select((v, i) =>
            Math.Abs(v) * (i / 24 % 3 > 0 ? 1 : present[i / 72][i % 24] > 0 ? 0.1 : 100))];
        var heads = tensor(attention, [2, 3, 24]);
        var seen = criterion == ScoreCriterion.RaterAttention ? heads : heads.narrow(1, 0, 1);
        input = input with { Observed = Sample.Seen(criterion, seen) };
        var site = PlanModels.Site(5, criterion) with { RaterHeads = 2 };
        var parameters = SiteTensors.Of(site, learned, float64, CPU);
        var found = ReductionOperator.Score(input, site, parameters, stack(present.Select(row => tensor(row))));
        for (var image = 0; image < 2; image++)
        {
            var tokens = tensor(there[image]);
            var expected = ReductionOperator.Score(Part(input, image, tokens), site, learned);
            Assert.Equal(Sample.Flat(expected), Sample.Flat(found[image].index_select(0, tokens)), (p, q) => Math.Abs(p - q) < 1e-10);
        }
    }

    [Fact]
    public void The_tokens_that_are_gone_are_those_of_each_image_in_a_mixture_too()
    {
        using var scope = NewDisposeScope();
        var (input, learned) = Asked(new Sample(9, Grid));
        var site = PlanModels.Site(5) with { Score = ReductionOperatorTests.Mixture };
        var gone = tensor(new long[,] { { 1, 2, 3 }, { 4, 4, 22 } });
        var present = ones(2, 24, float64).scatter(1, gone, zeros(2, 3, float64));
        var parameters = SiteTensors.Of(site, learned, float64, CPU);
        var together = ReductionOperator.Score(input, site, parameters, present);
        for (var image = 0; image < 2; image++)
        {
            var alone = ReductionOperator.Score(Part(input, image, Scalars.Arange(24)), site, parameters, present.narrow(0, image, 1));
            Assert.Equal(Sample.Flat(alone), Sample.Flat(together[image]), (p, q) => Math.Abs(p - q) < 1e-12);
        }
    }

    [Fact]
    public void A_criterion_alone_is_computed_with_what_was_learned()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(1, Grid);
        var (input, learned) = Asked(sample);
        var probe = Sample.Flat(learned.Probe!);
        var found = ReductionOperator.Criterion(ScoreCriterion.Probe, input, PlanModels.Site(5), learned);
        for (var image = 0; image < 2; image++)
        {
            var expected = PlainOperator.Standardize([.. sample.Tokens[image].Select(x => PlainOperator.Dot(x, probe))]);
            Assert.Equal(expected, Sample.Flat(found[image]), (p, q) => Math.Abs(p - q) < 1e-12);
        }
    }

    [Fact]
    public void What_looks_at_no_decoder_layer_observes_none() => Assert.Contains(nameof(ScoreCriterion.FeatureNorm),
        Assert.Throws<InvalidOperationException>(() => Criterion.Of(ScoreCriterion.FeatureNorm).Observe(null!, false)).Message);

    [Fact]
    public void Each_criterion_is_found_by_its_name() =>
        Assert.All(Enum.GetValues<ScoreCriterion>(), name => Assert.Equal(name, Criterion.Of(name).Name));

    [Fact]
    public void A_criterion_that_tells_no_token_from_another_counts_nothing()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(2, Grid).Input();
        var same = full([2L, 1, 24], Scalars.Literal(1.0 / 144), float32);
        var alike = input with { Observed = Sample.Seen(ScoreCriterion.TextAttention, same) };
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

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)] // behind a [CLS]
    public void Of_two_tokens_a_bipartite_round_keeps_the_odd_one(int offset, long expected)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(4, new VisualGrid(1, 2)).Input() with { Offset = offset };
        var reduced = ReductionOperator.Reduce(input, PlanModels.Site(1, ScoreCriterion.BipartiteMatch));
        Assert.Equal([expected, expected], reduced.Anchors.data<long>());
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

    // With an instruction for each image, and what scores learn.
    private static (SiteInput Input, LearnedScores Learned) Asked(Sample sample)
    {
        Tensor Random(params long[] shape) => tensor(sample.Numbers((int)shape.Aggregate((x, y) => x * y)), shape);
        return (sample.Input() with { Instruction = Random(2, Sample.Width) },
            new(Random(Sample.Width), Random(3, Sample.Width), Random(3, Sample.Width)));
    }

    // Some tokens of one image.
    private static SiteInput Part(SiteInput input, int image, Tensor tokens)
    {
        return input with
        {
            Tokens = Of(input.Tokens),
            Mass = Of(input.Mass),
            Index = Of(input.Index),
            Keys = null,
            Instruction = input.Instruction!.narrow(0, image, 1),
            Observed = input.Observed!.ToDictionary(seen => seen.Key, seen => seen.Value.narrow(0, image, 1).index_select(2, tokens)),
        };

        Tensor Of(Tensor x) => x.narrow(0, image, 1).index_select(1, tokens);
    }

    private static int[] Anchors(ReductionSite site, int sampleSeed = 5, VisualGrid? grid = null)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(sampleSeed, grid ?? Grid, images: 1).Input();
        return [.. ReductionOperator.Reduce(input, site).Anchors.data<long>().Select(i => (int)i)];
    }
}
