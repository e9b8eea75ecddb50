using System.Text.Json.Serialization;

namespace EosMLNet.Plans;

/// <summary>
/// The images that a ledger is about: how many of them have how many visual tokens before any reduction. One number for models whose images
/// are all alike; the training data's own mix where they are not.
/// </summary>
/// <param name="Tokens">Visual tokens of an unreduced image, each number once, ascending.</param>
/// <param name="Images">How many images have each of them.</param>
public sealed record ImageSizes(IReadOnlyList<int> Tokens, IReadOnlyList<long> Images)
{
    /// <summary>Images that all have as many.</summary>
    /// <param name="visualTokens">Visual tokens of each.</param>
    public static ImageSizes All(int visualTokens) => new([visualTokens], [1]);

    /// <summary>Counts images by their number of visual tokens.</summary>
    /// <param name="visualTokens">Visual tokens of each image; at least one image.</param>
    public static ImageSizes Of(IEnumerable<int> visualTokens)
    {
        var counted = visualTokens.CountBy(tokens => tokens).OrderBy(count => count.Key).ToArray();
        return new([.. counted.Select(count => count.Key)], [.. counted.Select(count => (long)count.Value)]);
    }

    /// <summary>Visual tokens of an image on average.</summary>
    [JsonIgnore]
    public double Mean => Average(tokens => tokens);

    /// <summary>The average over the images.</summary>
    /// <param name="value">Of an image of so many visual tokens.</param>
    public double Average(Func<int, double> value) =>
        Tokens.Count == 1 ? value(Tokens[0]) : Tokens.Zip(Images, (tokens, images) => value(tokens) * images).Sum() / Images.Sum();

    /// <summary>Whether both are about the same images.</summary>
    public bool Equals(ImageSizes? other) => other is not null && Tokens.SequenceEqual(other.Tokens) && Images.SequenceEqual(other.Images);

    /// <inheritdoc/>
    public override int GetHashCode() => Tokens.Aggregate(Tokens.Count, HashCode.Combine);
}
