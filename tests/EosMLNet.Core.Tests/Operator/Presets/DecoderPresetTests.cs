using EosMLNet.Execution;
using EosMLNet.Models;
using EosMLNet.Tensors;
using EosMLNet.Operator;
using EosMLNet.Tests.Plans;
using EosMLNet.Tests.Search;
using static TorchSharp.torch;

namespace EosMLNet.Tests.Operator.Presets;

/// <summary>
/// Presets that act inside the decoder against the published algorithms, written once more as loops on the plain decoder. All keep the original positions, as the
/// operator does, also where a publication renumbers them.
/// </summary>
public sealed class DecoderPresetTests : IDisposable
{
    private readonly PresetSample sample = new();

    public void Dispose() => sample.Dispose();

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2, 5)]
    [InlineData(3, 16)]
    public void FastV(int layer, int keep) => sample.AssertEquivalent(ReductionPresets.FastV(layer, keep), (decoder, tokens) =>
    {
        double[] score = [];
        for (var l = 0; l < decoder.Layers; l++)
        {
            if (l == layer)
                tokens = Keep(tokens, score, keep);
            var attention = decoder.Attention(l, tokens);
            score = [.. tokens.Select((_, key) => attention.Average(head => head[^1][key]))];
            tokens = decoder.Run(l, tokens);
        }
        return tokens;
    });

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 8, 4, 2 })]
    [InlineData(new[] { 0, 2 }, new[] { 11, 3 })]
    public void PyramidDrop(int[] layers, int[] keeps) => sample.AssertEquivalent(ReductionPresets.PyramidDrop(layers, keeps), (decoder, tokens) =>
    {
        for (var l = 0; l < decoder.Layers; l++)
        {
            if (Array.IndexOf(layers, l) is >= 0 and var stage)
            {
                var attention = decoder.Attention(l, tokens);
                tokens = Keep(tokens, [.. tokens.Select((_, key) => attention.Average(head => head[^1][key]))], keeps[stage]);
            }
            tokens = decoder.Run(l, tokens);
        }
        return tokens;
    });

    [Fact]
    public void PyramidDrop_halves_by_ratios_of_the_original_count() => Assert.Equal([(8, 288), (16, 144), (24, 72)],
        ReductionPresets.PyramidDrop(576, [8, 16, 24], [0.5, 0.25, 0.125]).Select(site => (site.Layer, site.Keep)));

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 10, 6, 3 }, 3)]
    [InlineData(new[] { 2 }, new[] { 7 }, 6)]
    [InlineData(new[] { 1, 3 }, new[] { 9, 2 }, 1)]
    public void SparseVlm2(int[] layers, int[] keeps, int heads) => sample.AssertEquivalent(ReductionPresets.SparseVlm2(layers, keeps, heads), (decoder, tokens) =>
    {
        var raters = Raters(tokens);
        for (var l = 0; l < decoder.Layers; l++)
        {
            var attention = decoder.Attention(l, tokens);
            var next = decoder.Run(l, tokens);
            if (Array.IndexOf(layers, l + 1) is >= 0 and var stage)
            {
                // [head][token]: the raters' attention, divided by what positions alone give.
                var corrected = attention.Select(head => tokens.Select((key, k) => raters.Average(rater =>
                    head[tokens.FindIndex(t => t.Position == rater)][k] / decoder.LogitOfOnes(rater, key.Position))).ToArray()).ToArray();
                var priority = corrected.OrderByDescending(head => head.Where((_, k) => tokens[k].Kind == 'v').Sum()).Take(heads).ToArray();
                next = Keep(next, [.. tokens.Select((_, k) => priority.Average(head => head[k]))], keeps[stage]);
            }
            tokens = next;
        }
        return tokens;
    });

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, new[] { 8, 5, 2 })]
    [InlineData(new[] { 1, 3 }, new[] { 2, 2 })]
    [InlineData(new[] { 2 }, new[] { 1 })]
    public void SparseVlm1(int[] layers, int[] keeps)
    {
        var preset = ReductionPresets.SparseVlm1(sample.Model.VisualTokens, layers, keeps);
        sample.AssertEquivalent(preset, (decoder, tokens) => Recycle(decoder, tokens, layers, keeps));
    }

    [Fact]
    public void SparseVlm1_recycles_many_tokens_to_several_clusters()
    {
        // More patches than the checkpoint has: 12 x 12, of which 43 are clustered to 5.
        using var large = new PresetSample(imageSize: 168);
        var preset = ReductionPresets.SparseVlm1(144, [1, 2], [4, 3]);
        Assert.Equal([(9, 5, 43), (4, 1, 2)], preset.Select(site => (site.Keep, site.Extra!.Count, site.Extra.Candidates!.Value)));
        large.AssertEquivalent(preset, (decoder, tokens) => Recycle(decoder, tokens, [1, 2], [4, 3]));
    }

    private static List<PlainToken> Recycle(PlainDecoder decoder, List<PlainToken> tokens, int[] layers, int[] keeps)
    {
        var raters = Raters(tokens);
        for (var l = 0; l < decoder.Layers; l++)
        {
            var attention = decoder.Attention(l, tokens);
            var next = decoder.Run(l, tokens);
            if (Array.IndexOf(layers, l + 1) is >= 0 and var stage)
            {
                double Score(int k) => attention.Average(head => raters.Average(rater => head[tokens.FindIndex(t => t.Position == rater)][k]));
                var ranked = Enumerable.Range(0, tokens.Count).Where(i => tokens[i].Kind == 'v').OrderByDescending(Score).ToList();
                var dropped = ranked.Skip(keeps[stage]).ToList();
                var pool = dropped.Take((int)(dropped.Count * 0.3) + 1).Order().ToList();
                var merged = Clusters([.. pool.Select(i => next[i].Hidden)], pool.Count / 10 + 1);
                var gone = dropped.Where(i => !merged.ContainsKey(pool.IndexOf(i))).ToHashSet();
                next = [.. next.Select((token, i) => pool.Contains(i) && merged.TryGetValue(pool.IndexOf(i), out var mean) ? token with { Hidden = mean } : token).Where((_, i) => !gone.Contains(i))];
            }
            tokens = next;
        }
        return tokens;
    }

    // Density peaks: the centre of each cluster, and the mean of its members.
    internal static Dictionary<int, double[]> Clusters(double[][] x, int count)
    {
        double Distance(int i, int j) => Math.Sqrt(x[i].Zip(x[j], (p, q) => (p - q) * (p - q)).Sum()) / Math.Sqrt(x[i].Length);
        var all = Enumerable.Range(0, x.Length).ToArray();
        var density = all.Select(i => Math.Exp(-all.Select(j => Distance(i, j)).Order().Take(count).Average(d => d * d))).ToArray();
        var widest = all.Max(i => all.Max(j => Distance(i, j)));
        var apart = all.Select(i => all.Where(j => density[j] > density[i] || density[j] == density[i] && j < i).Select(j => Distance(i, j)).DefaultIfEmpty(widest).Min()).ToArray();
        var centres = all.OrderByDescending(i => density[i] * apart[i]).Take(count).ToArray();
        return centres.ToDictionary(centre => centre, centre =>
        {
            var members = all.Where(i => i == centre || !centres.Contains(i) && centres.MinBy(c => Distance(i, c)) == centre).ToArray();
            return Enumerable.Range(0, x[0].Length).Select(f => members.Average(i => x[i][f])).ToArray();
        });
    }

    [Theory]
    [InlineData(2, 10, 2, 2)]
    [InlineData(1, 9, 4, 4)]
    [InlineData(3, 7, 1, 0)]
    [InlineData(2, 3, 3, 2)]
    [InlineData(1, 16, 3, 2)]
    public void Dart(int layer, int keep, int imagePivots, int textPivots) =>
        sample.AssertEquivalent(ReductionPresets.Dart(layer, keep, imagePivots, textPivots), (decoder, tokens) =>
        {
            for (var l = 0; l < decoder.Layers; l++)
            {
                var keys = decoder.Keys(l, tokens);
                tokens = decoder.Run(l, tokens);
                if (l + 1 != layer)
                    continue;
                int[] Longest(char kind, int count) => [.. Enumerable.Range(0, tokens.Count).Where(i => tokens[i].Kind == kind)
                    .OrderByDescending(i => keys[i].Sum(head => head.Sum(Math.Abs))).Take(count)];
                var normalised = tokens.Select(t => decoder.FinalNorm(t.Hidden)).ToArray();
                int[] pivots = [.. Longest('v', imagePivots), .. Longest('q', textPivots)];
                var kept = pivots.Take(imagePivots).ToHashSet();
                var room = keep - imagePivots;
                for (var p = 0; p < pivots.Length; p++)
                    kept.UnionWith(Enumerable.Range(0, tokens.Count).Where(i => tokens[i].Kind == 'v' && !kept.Contains(i))
                        .OrderBy(i => PlainOperator.Cosine(normalised[i], normalised[pivots[p]])).Take(room / pivots.Length + (p < room % pivots.Length ? 1 : 0)).ToList());
                tokens = [.. tokens.Where((token, i) => token.Kind != 'v' || kept.Contains(i))];
            }
            return tokens;
        });

    [Fact]
    public void A_batch_of_unequal_questions_gives_what_each_gives_alone()
    {
        using var scope = NewDisposeScope();
        var reduced = new ReducedModel(sample.Model, ReductionPlan.Create(sample.Model.ToPlanModel(),
            [.. ReductionPresets.SparseVlm2([1, 2], [12, 9], 2), .. ReductionPresets.PyramidDrop([2], [8]), .. ReductionPresets.Dart(3, 6, 1, 9)]));
        var questions = Enumerable.Range(1, 4).Select(sample.Question).ToArray();
        using var together = sample.Batch(questions);
        var answers = reduced.Generate(together, 6);
        for (var row = 0; row < questions.Length; row++)
        {
            using var alone = sample.Batch(questions[row]);
            var answer = reduced.Generate(alone, 6);
            Assert.Equal(answer.Ids[0], answers.Ids[row]);
            Assert.Equal(answer.MeanProbability[0], answers.MeanProbability[row], 1e-9);
        }
    }

    [Theory]
    [InlineData("tiny-llava", ScalarType.Float32)]
    [InlineData("tiny-llava-sharded-bf16", ScalarType.BFloat16)]
    public void Rows_with_two_images_with_none_and_without_a_question_are_answered_as_alone(string checkpoint, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var model = LlavaModel.Load(GoldenFiles.At(checkpoint), DataTypes.Of(type));
        int[][] prompts = [[1, 17, 299, 205, 299, 88, 13, 7], [5, 6, 7], [1, 299], [1, 299, 40, 41, 42, 43, 44, 45, 46, 47]];
        var images = Numbers.Normal(3, 4, model.VisualTokens, model.HiddenSize).to_type(type);
        foreach (var preset in new[] { ReductionPresets.SparseVlm2([1, 2], [9, 4], 3), ReductionPresets.SparseVlm1(16, [1, 3], [5, 2]), ReductionPresets.Dart(2, 9), ReductionPresets.PyramidDrop([0, 2], [9, 4]) })
        {
            var reduced = new ReducedModel(model, ReductionPlan.Create(model.ToPlanModel(), preset));
            using var batch = PromptBatch.Create(model, prompts, new VisionOutput(images.clone(), null));
            var together = reduced.Generate(batch, 4);
            for (int row = 0, first = 0; row < prompts.Length; row++)
            {
                var count = prompts[row].Count(id => id == model.ImageTokenId);
                using var alone = PromptBatch.Create(model, [prompts[row]], count == 0 ? null : new VisionOutput(images.narrow(0, first, count).clone(), null));
                first += count;
                var answer = reduced.Generate(alone, 4);
                Assert.InRange(answer.MeanProbability[0], 0, 1);
                if (type == ScalarType.Float32)
                    Assert.Equal((string.Join(' ', answer.Ids[0]), answer.MeanProbability[0]), (string.Join(' ', together.Ids[row]), together.MeanProbability[row]), (p, q) => p.Item1 == q.Item1 && Math.Abs(p.Item2 - q.Item2) < 1e-4);
            }
        }
    }

    [Fact]
    public void Tokens_that_are_all_alike_are_clustered_to_the_first_ones()
    {
        using var scope = NewDisposeScope();
        var input = new Sample(1, new VisualGrid(4, 6), images: 1).Input() with { Tokens = ones(1, 24, 5) };
        var site = PlanModels.Site(7) with { Extra = new ExtraAnchors(3, AnchorRule.DensityPeaks) { Candidates = 9 }, Transfer = 1, Affinity = new Affinity { Measure = AffinityMeasure.Distance } };
        var reduced = ReductionOperator.Reduce(input, site);
        Assert.Equal(7, reduced.Anchors.size(1));
        Assert.All(Sample.Flat(reduced.Tokens), x => Assert.Equal(1, x, 1e-12));
    }

    // The visual tokens with the highest scores, in their order, and all text.
    private static List<PlainToken> Keep(List<PlainToken> tokens, double[] score, int keep)
    {
        var best = Enumerable.Range(0, tokens.Count).Where(i => tokens[i].Kind == 'v').OrderByDescending(i => score[i]).Take(keep).ToHashSet();
        return [.. tokens.Where((token, i) => token.Kind != 'v' || best.Contains(i))];
    }

    /// <summary>SparseVLM's text raters, by their positions.</summary>
    internal static List<int> Raters(List<PlainToken> tokens)
    {
        var (visual, text) = (tokens.Where(t => t.Kind == 'v').ToList(), tokens.Where(t => t.Kind == 'q').ToList());
        var relevance = new double[text.Count];
        foreach (var patch in visual)
        {
            var products = text.Select(t => t.Hidden.Zip(patch.Hidden, (p, q) => p * q).Sum()).ToArray();
            var exponentials = products.Select(p => Math.Exp(p - products.Max())).ToArray();
            for (var i = 0; i < relevance.Length; i++)
                relevance[i] += exponentials[i] / exponentials.Sum() / visual.Count;
        }
        return [.. text.Where((_, i) => relevance[i] > relevance.Average()).Select(t => t.Position)];
    }
}
