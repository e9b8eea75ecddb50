namespace EosMLNet.Search;

/// <summary>An image in a packed row.</summary>
/// <param name="Image">Index of the image.</param>
/// <param name="Before">The token ids in front of it, behind the image before it.</param>
/// <param name="Layout">How its visual tokens lie.</param>
internal sealed record PackedImage(int Image, int[] Before, VisualLayout Layout)
{
    /// <summary>Whether both are the same image behind the same text.</summary>
    public bool Equals(PackedImage? other) =>
        other is not null && Image == other.Image && Before.AsSpan().SequenceEqual(other.Before) && Layout == other.Layout;

    /// <inheritdoc/>
    public override int GetHashCode() => Before.Aggregate(Image, HashCode.Combine);
}
