using EosMLNet.Operator;
using EosMLNet.Tensors;
using EosMLNet.Tests.Operator.Presets;
using EosMLNet.Tests.Plans;
using FsCheck.Xunit;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator;

public sealed class AnchorSelectionTests
{
    private static readonly VisualGrid Grid = new(4, 6);

    [Property(MaxTest = 60)]
    public void Diverse_anchors_then_a_stride_of_the_others_then_the_best_that_is_left(int seed, byte scored, byte extra, bool residual)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(seed, Grid);
        var (chosen, strided) = (1 + scored % 8, extra % 6);
        var site = PlanModels.Site(chosen + strided + (residual ? 1 : 0)) with
        {
            Diversity = 0.8,
            Extra = strided > 0 ? new ExtraAnchors(strided, AnchorRule.Stride) : null,
            Residual = residual,
        };
        var reduced = ReductionOperator.Reduce(sample.Input(), site);
        for (var image = 0; image < 2; image++)
        {
            var (x, score) = (sample.Tokens[image], PlainOperator.Standardize(sample.TextAttention[image]));
            List<int> stay = [.. PlainOperator.Diverse(score, (i, j) => PlainOperator.Cosine(x[i], x[j]), 0.8, chosen)];
            int[] others = [.. Enumerable.Range(0, 24).Except(stay)];
            stay.AddRange(Enumerable.Range(0, strided).Select(i => others[i * (others.Length / strided)]));
            if (residual)
                stay.Add(Enumerable.Range(0, 24).Except(stay).MaxBy(i => score[i]));
            Assert.Equal(stay.Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
        }
    }

    // The affinity names keys, and nothing looks at it.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 3)]
    [InlineData(0, 5)]
    [InlineData(0.8, 5)]
    public void Anchors_that_are_compared_with_none_need_no_keys(double diversity, int strided)
    {
        using var scope = NewDisposeScope();
        var site = PlanModels.Site(5) with
        {
            Diversity = diversity,
            Extra = strided > 0 ? new ExtraAnchors(strided, AnchorRule.Stride) : null,
        };
        var input = new Sample(1, Grid).Input() with { Keys = null };
        var expected = ReductionOperator.Reduce(input, site).Anchors;
        var found = ReductionOperator.Reduce(input, site with { Affinity = new Affinity { Feature = AffinityFeature.Key } }).Anchors;
        Assert.Equal(expected.data<long>(), found.data<long>());
    }

    [Theory]
    [InlineData(0.5, false, true)]
    [InlineData(0.5, true, false)] // it would have none
    [InlineData(0, false, false)]  // nothing would look at it
    public void A_diverse_choice_hands_the_affinity_on_to_those_who_transfer(double transfer, bool recorded, bool handed)
    {
        using var scope = NewDisposeScope();
        using var guard = set_grad_enabled(recorded);
        var (input, score) = Scored(2);
        var selection = AnchorSelection.Of(score, input, PlanModels.Site(7) with { Diversity = 0.8, Transfer = transfer });
        Assert.Equal(handed, selection.Affinity is not null);
        if (selection.Affinity is not { } affinity)
            return;
        var expected = ReductionOperator.Affinity(input, new Affinity(), selection.Anchors);
        Assert.Equal(Sample.Flat(expected), Sample.Flat(affinity), (p, q) => Math.Abs(p - q) < 1e-12);
    }

    [Property(MaxTest = 60)]
    public void Every_token_stays_or_leaves_in_ascending_order(int seed, byte keep, byte rule, bool diverse, bool residual)
    {
        using var scope = NewDisposeScope();
        var (input, score) = Scored(seed);
        var rules = Enum.GetValues<AnchorRule>().Where(one => one is not (AnchorRule.Coverage or AnchorRule.Determinantal or AnchorRule.Crops)).ToArray();
        var site = PlanModels.Site(5 + keep % 12) with
        {
            Diversity = diverse ? 0.8 : 0,
            Residual = residual,
            Extra = rule % (rules.Length + 1) < rules.Length ? new ExtraAnchors(3, rules[rule % (rules.Length + 1)]) : null,
        };
        var selection = AnchorSelection.Of(score, input, site);
        Assert.Equal([2, site.Keep - (residual ? 1 : 0)], selection.Anchors.shape);
        for (var image = 0; image < 2; image++)
        {
            long[] anchors = [.. selection.Anchors[image].data<long>()], dropped = [.. selection.Dropped[image].data<long>()];
            Assert.Equal(anchors.Order(), anchors);
            Assert.Equal(dropped.Order(), dropped);
            Assert.Equal(Enumerable.Range(0, 24).Select(i => (long)i), anchors.Concat(dropped).Order());
            if (residual)
            {
                var scores = Sample.Flat(score[image]);
                Assert.Equal(dropped.MaxBy(i => scores[i]), selection.Residual![image, 0].item<long>());
            }
        }
    }

    [Theory]
    [InlineData(AffinityMeasure.Cosine, 1, 0, 4)]
    [InlineData(AffinityMeasure.Cosine, 2, 3, 7)]
    [InlineData(AffinityMeasure.Distance, 2, 0, 5)]
    [InlineData(AffinityMeasure.Distance, 2, 3, 7)]
    [InlineData(AffinityMeasure.Distance, 3, 2, 3)] // fewer than pivots: the last ones get none
    public void Each_pivot_adds_the_tokens_least_like_it_the_best_pivots_one_more(
        AffinityMeasure measure, int imagePivots, int textPivots, int added)
    {
        using var scope = NewDisposeScope();
        var sample = new Sample(3, Grid);
        double[][][] text = [.. sample.Tokens
            .Select(_ => Enumerable.Range(0, textPivots).Select(_ => sample.Numbers(Sample.Width)).ToArray())];
        var site = PlanModels.Site(imagePivots + added) with
        {
            Affinity = new Affinity { Measure = measure },
            Extra = new ExtraAnchors(added, AnchorRule.Dissimilar) { TextPivots = textPivots },
        };
        var input = sample.Input();
        if (textPivots > 0)
            input = input with { TextPivots = tensor(text.SelectMany(x => x).SelectMany(x => x).ToArray(), [2, textPivots, Sample.Width]) };
        var reduced = ReductionOperator.Reduce(input, site);
        for (var image = 0; image < 2; image++)
        {
            var x = sample.Tokens[image];
            int[] best = [.. Enumerable.Range(0, 24).OrderByDescending(i => sample.TextAttention[image][i]).Take(imagePivots)];
            double[][] pivots = [.. best.Select(i => x[i]), .. text[image]];
            List<int> stay = [.. best];
            foreach (var (p, pivot) in pivots.Index())
            {
                var share = added / pivots.Length + (p < added % pivots.Length ? 1 : 0);
                stay.AddRange(Enumerable.Range(0, 24).Except(stay).OrderBy(i => Likeness(x[i], pivot)).Take(share).ToList());
            }
            Assert.Equal(stay.Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
        }

        double Likeness(double[] a, double[] b) =>
            measure == AffinityMeasure.Cosine ? PlainOperator.Cosine(a, b) : -Math.Sqrt(a.Zip(b, (p, q) => (p - q) * (p - q)).Sum());
    }

    [Fact]
    public void Text_pivots_without_text_are_an_error()
    {
        using var scope = NewDisposeScope();
        var site = PlanModels.Site(4) with { Extra = new ExtraAnchors(3, AnchorRule.Dissimilar) { TextPivots = 2 } };
        Expect.Error(EosErrors.PlanMismatch, () => ReductionOperator.Reduce(new Sample(1, Grid).Input(), site),
            $"{site.Place} compares with text pivots, but there is no text");
    }

    // Densities fall with the square of the distance: of far tokens and of near ones others are the centres.
    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void Density_peaks_are_those_of_distances_by_the_root_of_the_width(double scale)
    {
        using var scope = NewDisposeScope();
        for (var seed = 0; seed < 8; seed++)
        {
            var sample = new Sample(seed, Grid);
            var site = PlanModels.Site(6) with { Extra = new ExtraAnchors(4, AnchorRule.DensityPeaks) };
            var input = sample.Input();
            var reduced = ReductionOperator.Reduce(input with { Tokens = input.Tokens.Mul(scale) }, site);
            for (var image = 0; image < 2; image++)
            {
                var best = PlainOperator.Highest(sample.TextAttention[image], 2);
                int[] others = [.. Enumerable.Range(0, 24).Except(best)];
                double[][] pool = [.. others.Select(i => sample.Tokens[image][i].Select(v => scale * v).ToArray())];
                var centres = DecoderPresetTests.Clusters(pool, 4).Keys;
                Assert.Equal(centres.Select(i => others[i]).Concat(best).Order().Select(i => (long)i), reduced.Anchors[image].data<long>());
            }
        }
    }

    // Forty tokens alike are worth 40. Of those that come after, 1.0002 is no more than 1: between them lies less than a hundred-thousandth
    // of 40.
    [Theory]
    [InlineData(2e-4, 40)]
    [InlineData(2e-2, 41)]
    public void Tokens_are_worth_the_same_that_differ_by_less_than_rounding_makes_of_the_first(double more, long expected)
    {
        using var scope = NewDisposeScope();
        double[][] after = [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, more, Math.Sqrt(1 - more * more)]];
        double[][] x = [.. Enumerable.Repeat<double[]>([1, 0, 0, 0], 40), .. after];
        var input = new SiteInput(stack(x.Select(token => tensor(token))).unsqueeze(0), ones(1, 43, float64),
            Scalars.Arange(43).unsqueeze(0), new VisualGrid(1, 43));
        var site = ReductionPresets.DivPrune(2)[0] with { Extra = new ExtraAnchors(2, AnchorRule.Coverage) };
        Assert.Equal([0L, expected], ReductionOperator.Reduce(input, site).Anchors.data<long>());
    }

    private static (SiteInput Input, Tensor Score) Scored(int seed)
    {
        var sample = new Sample(seed, Grid);
        return (sample.Input(), stack(sample.TextAttention.Select(scores => tensor(scores))));
    }
}
