using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Plans;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public class ReductionOperatorTests
{
    private static readonly VisualGrid Grid = new(4, 6);

    [Fact]
    public void Pruning_keeps_the_highest_scores_untouched_and_in_their_order()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(1, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7));
        for (var image = 0; image < 2; image++)
        {
            var anchors = PlainOperator.Highest(sample.TextAttention[image], 7);
            Assert.Equal(anchors, reduced.Anchors[image].data<long>().Select(i => (int)i));
            Assert.Equal(anchors.SelectMany(a => sample.Tokens[image][a]), Sample.Flat(reduced.Tokens[image]));
            Assert.Equal(anchors.Select(a => sample.Mass[image][a]), Sample.Flat(reduced.Mass[image]));
        }
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(1e4)]
    public void Diverse_anchors_are_chosen_one_after_another_by_what_their_score_exceeds_their_likeness(double diversity)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(1, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7) with { Diversity = diversity });
        for (var image = 0; image < 2; image++)
        {
            var (x, score) = (sample.Tokens[image], PlainOperator.Standardize(sample.TextAttention[image]));
            Assert.Equal(PlainOperator.Diverse(score, (i, j) => PlainOperator.Cosine(x[i], x[j]), diversity, 7), reduced.Anchors[image].data<long>().Select(i => (int)i));
        }
    }

    // As δ grows, only the first anchor is left to the score; those after it are DivPrune's, which the extra anchors are tested to be.
    [Fact]
    public void With_great_diversity_all_anchors_but_the_first_are_the_farthest()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(2, Grid);
        var diverse = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7) with { Diversity = 1e6 });
        var farthest = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7) with { Extra = new ExtraAnchors(6, AnchorRule.Farthest) });
        Assert.True(diverse.Anchors.equal(farthest.Anchors).all().item<bool>());
    }

    [Fact]
    public void Merging_averages_each_dropped_token_into_its_most_similar_anchor() =>
        AssertTransfer(PlanModels.Site(7) with { Transfer = 1 }, 1,
            (x, anchors) => (j, a) => anchors.MaxBy(b => PlainOperator.Cosine(x[j], x[b])) == a ? 1 : 0);

    [Fact]
    public void Pooling_without_a_mask_spreads_each_dropped_token_evenly() =>
        AssertTransfer(PlanModels.Site(7) with { Transfer = 1, Temperature = double.PositiveInfinity }, 1, (_, anchors) => (_, _) => 1.0 / anchors.Length);

    [Theory]
    [InlineData(Normalization.Mass)]
    [InlineData(Normalization.None)]
    [InlineData(Normalization.AddedMean)]
    [InlineData(Normalization.Mean)]
    public void Between_the_corners_a_softmax_of_the_affinity_divides_a_part_of_each_dropped_token(Normalization normalization) =>
        AssertTransfer(PlanModels.Site(7) with { Transfer = 0.3, Temperature = 0.22, Normalization = normalization }, 0.3,
            (x, anchors) => (j, a) => PlainOperator.Softmax(anchors.Select(b => PlainOperator.Cosine(x[j], x[b]) / 0.22))[Array.IndexOf(anchors, a)]);

    [Fact]
    public void The_spatial_term_draws_tokens_to_anchors_nearby() =>
        AssertTransfer(PlanModels.Site(7) with { Transfer = 0.5, Temperature = 0.5, Affinity = new Affinity { SpatialSigma = 2 } }, 0.5,
            (x, anchors) => (j, a) => PlainOperator.Softmax(anchors.Select(b =>
                (PlainOperator.Cosine(x[j], x[b]) - (Square(j / 6 - b / 6) + Square(j % 6 - b % 6)) / 4.0) / 0.5))[Array.IndexOf(anchors, a)]);

    [Fact]
    public void Where_anchors_take_from_their_nearest_tokens_no_token_gives_up_mass()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(2, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7) with { Transfer = 0.5, Neighbours = 4 });
        for (var image = 0; image < 2; image++)
        {
            var (x, mass) = (sample.Tokens[image], sample.Mass[image]);
            var anchors = PlainOperator.Highest(sample.TextAttention[image], 7);
            var expected = anchors.Select(a => Mean(x, mass, a, [.. Enumerable.Range(0, 24).Where(j => j != a)
                .OrderByDescending(j => PlainOperator.Cosine(x[a], x[j])).Take(4)]));
            AssertClose(expected.SelectMany(t => t), Sample.Flat(reduced.Tokens[image]));
            AssertClose(anchors.Select(a => mass[a]), Sample.Flat(reduced.Mass[image]));
        }

        static double[] Mean(double[][] x, double[] mass, int anchor, int[] taken) => [.. x[anchor].Select((v, f) =>
            (mass[anchor] * v + 0.5 * taken.Sum(j => mass[j] * x[j][f])) / (mass[anchor] + 0.5 * taken.Sum(j => mass[j])))];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    public void A_residual_token_has_the_mass_that_is_left_of_its_own_image(double transfer)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(3, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(6) with { Transfer = transfer, Residual = true });
        for (var image = 0; image < 2; image++)
        {
            int[] ranked = [.. Enumerable.Range(0, 24).OrderByDescending(i => sample.TextAttention[image][i])];
            Assert.Equal(ranked.Take(6).Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
            var residual = Array.IndexOf([.. ranked.Take(6).Order()], ranked[5]);
            AssertClose([ranked.Skip(5).Sum(i => sample.Mass[image][i]) * (1 - transfer)], Sample.Flat(reduced.Mass[image][residual]));
            AssertClose([sample.Mass[image].Sum()], Sample.Flat(reduced.Mass[image].sum()));
        }
    }

    [Fact]
    public void Keys_are_compared_where_the_affinity_says_so()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(3, Grid);
        var site = PlanModels.Site(7) with { Transfer = 1, Affinity = new Affinity { Feature = AffinityFeature.Key } };
        var reduced = ReductionOperator.Reduce(sample.Input(), site);
        var keys = sample.Keys[1];
        var anchors = PlainOperator.Highest(sample.TextAttention[1], 7);
        var (tokens, _) = PlainOperator.Transfer(sample.Tokens[1], sample.Mass[1], anchors, 1,
            (j, a) => anchors.MaxBy(b => PlainOperator.Cosine(keys[j], keys[b])) == a ? 1 : 0);
        AssertClose(tokens.SelectMany(t => t), Sample.Flat(reduced.Tokens[1]));
    }

    [Theory]
    [InlineData(4, 6, 6, 2, 2)]
    [InlineData(12, 12, 16, 3, 3)]
    [InlineData(12, 12, 36, 2, 2)]
    [InlineData(12, 12, 24, 3, 2)]
    public void Pooling_in_windows_is_two_dimensional_average_pooling(int rows, int columns, int keep, int height, int width)
    {
        using var scope = NewDisposeScope();
        var grid = new VisualGrid(rows, columns);
        var input = new Sample(4, grid).Input();
        var reduced = ReductionOperator.Reduce(input with { Mass = ones_like(input.Mass) }, GridPool(keep));
        var image = input.Tokens.transpose(1, 2).reshape(2, Sample.Width, rows, columns);
        var pooled = nn.functional.avg_pool2d(image, ((long)height, (long)width)).flatten(2).transpose(1, 2);
        AssertClose(Sample.Flat(pooled), Sample.Flat(reduced.Tokens));
        Assert.All(Sample.Flat(reduced.Mass), mass => Assert.Equal(height * width, mass, 1e-12));
    }

    [Fact]
    public void A_window_pool_of_tokens_that_an_earlier_site_left_uses_the_patches_they_came_from()
    {
        using var scope = NewDisposeScope();
        var whole = new Sample(5, new VisualGrid(4, 4), images: 1).Input();
        var odd = tensor(new long[] { 1, 3, 5, 7, 9, 11, 13, 15 }).unsqueeze(0);            // each window of 2 x 2 keeps its right column
        var input = whole with { Tokens = whole.Tokens.index_select(1, odd[0]), Mass = ones(1, 8, float64), Index = odd };
        var reduced = ReductionOperator.Reduce(input, GridPool(4));
        Assert.Equal([0L, 1, 4, 5], reduced.Anchors.data<long>().ToArray());
        Assert.Equal([2.0, 2, 2, 2], Sample.Flat(reduced.Mass));
        AssertClose(Sample.Flat(whole.Tokens[0][1]).Zip(Sample.Flat(whole.Tokens[0][5]), (p, q) => (p + q) / 2), Sample.Flat(reduced.Tokens[0][0]));
    }

    [Fact]
    public void A_token_that_is_no_patch_is_in_no_window_and_takes_its_mass_along()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(15, new VisualGrid(4, 6)).Input();
        var withCls = input with { Index = cat([full([2L, 1], Scalars.Literal(24), ScalarType.Int64), input.Index.narrow(1, 0, 23)], 1) };
        var reduced = ReductionOperator.Reduce(withCls with { Mass = ones_like(input.Mass) }, GridPool(6));
        Assert.DoesNotContain(0L, reduced.Anchors.data<long>().ToArray());
        Assert.Equal([4.0, 4, 4, 4, 4, 3], Sample.Flat(reduced.Mass[0]));
    }

    [Fact]
    public void Reweighting_scales_the_anchors_by_a_softmax_of_their_scores_with_mean_one()
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(6, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), PlanModels.Site(7) with { Reweight = 0.6 });
        var score = PlainOperator.Standardize(sample.TextAttention[0]);
        var anchors = PlainOperator.Highest(score, 7);
        var gain = PlainOperator.Softmax(anchors.Select(a => score[a])).Select(w => 1 + 0.6 * (w * 7 - 1)).ToArray();
        AssertClose(anchors.SelectMany((a, i) => sample.Tokens[0][a].Select(v => v * gain[i])), Sample.Flat(reduced.Tokens[0]));
        Assert.Equal(1, gain.Average(), 1e-12);
    }

    [Fact]
    public void The_sites_own_numbers_say_what_it_does_not_do()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(6, Grid).Input();
        var site = PlanModels.Site(7);
        var number = tensor(0.7);
        var parameters = SiteTensors.Of(site, null, float64, CPU) with { Transfer = number, Reweight = number };
        var (expected, found) = (ReductionOperator.Reduce(input, site), ReductionOperator.Reduce(input, site, parameters));
        Assert.True(expected.Tokens.equal(found.Tokens).all().item<bool>());
        Assert.True(expected.Mass.equal(found.Mass).all().item<bool>());
    }

    [Fact]
    public void Of_tokens_some_of_which_are_gone_those_that_stay_are_scaled_with_mean_one()
    {
        using var scope = NewDisposeScope();
        var score = tensor(new double[,] { { 9, 0.5, -1, 2, 0 }, { 1, 2, 30, -4, 0.25 } }); // the greatest of the first is gone
        var present = tensor(new double[,] { { 0, 1, 1, 1, 0 }, { 1, 1, 0, 1, 1 } });
        var gain = ReductionOperator.Gain(score, tensor(0.6), present);
        for (var image = 0; image < 2; image++)
        {
            var there = present[image].Gt(0.5).nonzero().flatten();
            var stay = Sample.Flat(score[image].index_select(0, there));
            var found = Sample.Flat(gain[image].index_select(0, there));
            AssertClose(PlainOperator.Softmax(stay).Select(w => 1 + 0.6 * (w * stay.Length - 1)), found);
            Assert.Equal(1, found.Average(), 1e-12);
        }
    }

    [Fact]
    public void A_token_that_is_gone_and_scores_higher_than_all_that_stay_leaves_gains_and_gradients_finite()
    {
        using var scope = NewDisposeScope();
        var score = tensor(new[] { 1e6, 0, 1, 2 }).unsqueeze(0);
        var present = tensor(new[] { 0.0, 1, 1, 1 }).unsqueeze(0).requires_grad_();
        var gain = ReductionOperator.Gain(score, tensor(0.6), present);
        gain.mul(Scalars.Arange(4)).sum().backward();
        Assert.All([.. Sample.Flat(gain), .. Sample.Flat(present.grad!)], value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_site_that_keeps_everything_and_does_nothing_is_the_identity()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(7, Grid).Input();
        var reduced = ReductionOperator.Reduce(input, PlanModels.Site(24) with { Transfer = 1, Temperature = 0.3 });
        Assert.True(reduced.Tokens.equal(input.Tokens).all().item<bool>());
        Assert.True(reduced.Mass.equal(input.Mass).all().item<bool>());
    }

    [Fact]
    public void Of_equal_scores_the_lower_index_is_kept()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(8, Grid).Input();
        var reduced = ReductionOperator.Reduce(input with { Observed = Sample.Seen(ScoreCriterion.TextAttention, ones(2, 1, 24, float64)) }, PlanModels.Site(5));
        Assert.Equal([0L, 1, 2, 3, 4, 0, 1, 2, 3, 4], reduced.Anchors.data<long>().ToArray());
    }

    [Fact]
    public void Of_equally_similar_anchors_the_first_receives()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(9, Grid).Input();
        var reduced = ReductionOperator.Reduce(input with { Tokens = ones_like(input.Tokens), Mass = ones_like(input.Mass) }, PlanModels.Site(5) with { Transfer = 1 });
        Assert.Equal([20.0, 1, 1, 1, 1], Sample.Flat(reduced.Mass[0]));
    }

    [Fact]
    public void Images_side_by_side_give_what_each_gives_alone()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(10, Grid, images: 3).Input();
        var site = PlanModels.Site(9) with { Transfer = 0.4, Temperature = 0.2, Reweight = 0.3, Score = Mixture };
        var probe = new ScoreParameters { Probe = [1, -2, 0.5f, 0, 3] };
        var together = ReductionOperator.Reduce(input, site, probe);
        for (var image = 0; image < 3; image++)
        {
            var alone = ReductionOperator.Reduce(new SiteInput(One(input.Tokens), One(input.Mass), One(input.Index), Grid, null, Sample.Seen(ScoreCriterion.TextAttention, One(input.Observed![ScoreCriterion.TextAttention]))), site, probe);
            Assert.Equal(together.Anchors[image].data<long>().ToArray(), alone.Anchors.data<long>().ToArray());
            AssertClose(Sample.Flat(together.Tokens[image]), Sample.Flat(alone.Tokens));

            Tensor One(Tensor x) => x.narrow(0, image, 1);
        }
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    public void Tokens_come_back_in_the_type_they_came_in(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(11, Grid).Input();
        var site = PlanModels.Site(9) with { Transfer = 0.4, Temperature = 0.2 };
        var exact = ReductionOperator.Reduce(input, site);
        var reduced = ReductionOperator.Reduce(input with { Tokens = input.Tokens.to_type(type), Mass = input.Mass.to_type(ScalarType.Float32) }, site);
        Assert.Equal(type, reduced.Tokens.dtype);
        Assert.Equal(ScalarType.Float32, reduced.Mass.dtype);
        Assert.Equal(Sample.Flat(exact.Tokens), Sample.Flat(reduced.Tokens), (p, q) => Math.Abs(p - q) < 0.02);
    }

    [Fact]
    public void Nothing_is_left_behind_and_the_input_survives()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(12, Grid).Input();
        var site = PlanModels.Site(6) with { Transfer = 0.4, Temperature = 0.2, Reweight = 1, Affinity = new Affinity { Mask = AffinityMask.Window, SpatialSigma = 1 }, Score = Mixture };
        var before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var reduced = ReductionOperator.Reduce(input, site, new ScoreParameters { Probe = new float[Sample.Width] });
        Assert.Equal(before + 3, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        Assert.False(input.Tokens.IsInvalid);
        Assert.Equal(6, reduced.Tokens.size(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    public void Keeping_more_than_there_is_or_nothing_is_an_error(int keep)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(13, Grid).Input();
        var site = PlanModels.Site(keep);
        Expect.Error(EosErrors.PlanMismatch, () => ReductionOperator.Reduce(input, site),
            $"{site.Place} keeps {keep} visual tokens", "but 24 enter");
    }

    [Theory]
    [InlineData(ScoreCriterion.ClsAttention, "the [CLS] attention of the vision tower")]
    [InlineData(ScoreCriterion.Probe, "the learned probe")]
    [InlineData(ScoreCriterion.TextRelevance, "the learned bilinear form")]
    [InlineData(ScoreCriterion.KeyNorm, "attention of a decoder layer")]
    public void A_criterion_without_its_input_is_an_error(ScoreCriterion criterion, string missing)
    {
        using var scope = NewDisposeScope();
        var (input, site) = (new Sample(14, Grid).Input(), PlanModels.Site(3, criterion));
        Expect.Error(EosErrors.PlanMismatch, () => ReductionOperator.Reduce(input, site),
            $"{site.Place} uses {criterion}, but {missing} is missing");
    }

    [Fact]
    public void Text_relevance_without_an_instruction_is_an_error()
    {
        using var scope = NewDisposeScope();
        var learned = new ScoreParameters { Relevance = new(1, new float[Sample.Width], new float[Sample.Width]) };
        Expect.Error(EosErrors.PlanMismatch,
            () => ReductionOperator.Reduce(new Sample(14, Grid).Input(), PlanModels.Site(3, ScoreCriterion.TextRelevance), learned),
            "but an instruction is missing");
    }

    [Theory]
    [InlineData(AffinityFeature.Key)]
    [InlineData(AffinityFeature.HeadMeanKey)]
    public void Keys_that_are_compared_and_missing_are_an_error(AffinityFeature feature)
    {
        using var scope = NewDisposeScope();
        var input = new Sample(15, Grid).Input() with { Keys = null };
        var site = PlanModels.Site(3) with { Transfer = 1, Affinity = new Affinity { Feature = feature } };
        Expect.Error(EosErrors.PlanMismatch, () => ReductionOperator.Reduce(input, site), $"compares {feature}, but it was not given");
    }

    internal static readonly Dictionary<ScoreCriterion, double> Mixture = new()
    {
        [ScoreCriterion.Probe] = 0.5, [ScoreCriterion.TextAttention] = 0.2, [ScoreCriterion.FeatureNorm] = 0.2, [ScoreCriterion.Random] = 0.1,
    };

    private static ReductionSite GridPool(int keep) => PlanModels.Site(keep, ScoreCriterion.Grid) with
    {
        Transfer = 1,
        Temperature = double.PositiveInfinity,
        Affinity = new Affinity { Mask = AffinityMask.Window },
    };

    private static void AssertTransfer(ReductionSite site, double gamma, Func<double[][], int[], Func<int, int, double>> weights)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(2, Grid);
        var reduced = ReductionOperator.Reduce(sample.Input(), site);
        for (var image = 0; image < 2; image++)
        {
            var anchors = PlainOperator.Highest(sample.TextAttention[image], site.Keep);
            var (tokens, mass) = PlainOperator.Transfer(sample.Tokens[image], sample.Mass[image], anchors, gamma,
                weights(sample.Tokens[image], anchors), site.Normalization);
            AssertClose(tokens.SelectMany(t => t), Sample.Flat(reduced.Tokens[image]));
            AssertClose(mass, Sample.Flat(reduced.Mass[image]));
        }
    }

    private static void AssertClose(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Assert.Equal(expected, actual, (p, q) => Math.Abs(p - q) <= 1e-12);

    private static int Square(int x) => x * x;
}
