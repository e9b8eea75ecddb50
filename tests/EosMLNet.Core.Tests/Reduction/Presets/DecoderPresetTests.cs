using EosMLNet.Reduction;

namespace EosMLNet.Tests.Reduction.Presets;

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

    [Fact]
    public void A_batch_of_unequal_questions_gives_what_each_gives_alone()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var reduced = new ReducedModel(sample.Model, ReductionPlan.Create(sample.Model,
            [.. ReductionPresets.SparseVlm2([1, 2], [12, 9], 2), .. ReductionPresets.PyramidDrop([2, 3], [6, 3])]));
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
