using EosMLNet.Execution;
using EosMLNet.Models;

namespace Gpu.Sections;

/// <summary>How many of the same visual tokens two devices keep. Where two are almost equally good, rounding decides between them, and all that follows is another sequence's.</summary>
internal static class Overlap
{
    /// <summary>What each site leaves of each image: those of the encoder together, then each of the decoder.</summary>
    internal static IReadOnlyList<long[][]> Kept(VisionLanguageModel model, ReductionPlan plan, PromptBatch batch)
    {
        var encoder = batch.Vision?.Kept is { } kept ? new[] { kept.cpu().data<long>().ToArray().Chunk(batch.Vision!.Counts[0]).Select(one => one.Order().ToArray()).ToArray() } : [];
        return [.. encoder, .. new ReducedModel(model, plan).KeptTokens(batch)];
    }

    /// <summary>The share of an image's kept tokens, of all sites, that both keep: 1 where nothing is dropped.</summary>
    internal static double Of(IReadOnlyList<long[][]> expected, IReadOnlyList<long[][]> found, int image)
    {
        var (same, all) = (0, 0);
        foreach (var (one, other) in expected.Zip(found))
            (same, all) = (same + one[image].Intersect(other[image]).Count(), all + one[image].Length);
        return all == 0 ? 1 : (double)same / all;
    }

    /// <summary>Fails where an image's tokens are all the same and its logits are not.</summary>
    /// <param name="expected">What the CPU keeps.</param>
    /// <param name="found">What the device keeps.</param>
    /// <param name="differences">The largest difference of each image's logits.</param>
    /// <param name="limit">The most that it may be.</param>
    internal static (bool Passed, string Detail) Judge(IReadOnlyList<long[][]> expected, IReadOnlyList<long[][]> found, IReadOnlyList<double> differences, double limit)
    {
        double[] overlaps = [.. differences.Select((_, image) => Of(expected, found, image))];
        double[] whole = [.. differences.Where((_, image) => overlaps[image] == 1)];
        var kept = FormattableString.Invariant($"{100 * overlaps.Average():0.#} % of kept tokens agree");
        return whole.Length == 0 ? (true, $"{kept}, in no image all of them: nothing to compare")
            : (whole.All(one => one <= limit), FormattableString.Invariant($"{whole.Max():g3}, at most {limit:g3}, over {whole.Length} of {differences.Count} images; {kept}"));
    }
}
