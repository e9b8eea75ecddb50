namespace EosMLNet.Checkpoints;

/// <summary>
/// The image preprocessing of a checkpoint: makes of an image what the model's encoder takes, one square or several. May be used from
/// several threads.
/// </summary>
public abstract class ImageProcessor
{
    /// <summary>Width of each part in pixels.</summary>
    public abstract int Width { get; }

    /// <summary>Height of each part in pixels.</summary>
    public abstract int Height { get; }

    /// <summary>What becomes of images that are not square, where that is a choice; null where the model keeps their proportions.</summary>
    public virtual ImagePadding? Padding => null;

    /// <summary>The numbers that a part becomes: three channels of <see cref="Height"/> x <see cref="Width"/> pixels.</summary>
    public int ValuesPerPart => 3 * Height * Width;

    /// <summary>How many parts an image becomes.</summary>
    /// <param name="image">The image's size.</param>
    /// <param name="imagesInPrompt">How many images the prompt has, this one among them.</param>
    public abstract int Parts(ImageSize image, int imagesInPrompt);

    /// <summary>Makes the parts of several images, one behind the other.</summary>
    /// <param name="images">The images.</param>
    /// <param name="imagesInPrompt">How many images the prompt has that each of them is in.</param>
    /// <returns>(parts, 3, <see cref="Height"/>, <see cref="Width"/>), row by row.</returns>
    /// <exception cref="EosException">EOS1010: an image is so narrow that its longer side, resized, would be absurd.</exception>
    public float[] Process(IReadOnlyList<RgbImage> images, int imagesInPrompt = 1)
    {
        int[] lengths = [.. images.Select(image => Parts(new ImageSize(image.Height, image.Width), imagesInPrompt) * ValuesPerPart)];
        var values = new float[lengths.Sum()];
        var at = 0;
        for (var i = 0; i < images.Count; at += lengths[i++])
            Write(images[i], imagesInPrompt, values.AsSpan(at, lengths[i]));
        return values;
    }

    /// <summary>Writes an image's parts, one behind the other.</summary>
    /// <param name="image">The image.</param>
    /// <param name="imagesInPrompt">How many images the prompt has, this one among them.</param>
    /// <param name="target">Where they go: (parts, 3, <see cref="Height"/>, <see cref="Width"/>), row by row.</param>
    /// <exception cref="EosException">EOS1010: the image is so narrow that its longer side, resized, would be absurd.</exception>
    public abstract void Write(RgbImage image, int imagesInPrompt, Span<float> target);
}
