namespace EosMLNet.Checkpoints;

/// <summary>
/// The image preprocessing of a checkpoint: makes of an image the parts that the model's encoder takes. A part is a square of pixels, or a
/// patch. May be used from several threads.
/// </summary>
public abstract class ImageProcessor
{
    /// <summary>The shape of a part: (3, height, width) of a square, or one number, the length of a patch.</summary>
    public abstract IReadOnlyList<long> PartShape { get; }

    /// <summary>What becomes of images that are not square, where that is a choice; null where the model keeps their proportions.</summary>
    public virtual ImagePadding? Padding => null;

    /// <summary>The numbers that a part becomes, the product of <see cref="PartShape"/>.</summary>
    public int ValuesPerPart => (int)PartShape.Aggregate(1L, (product, size) => product * size);

    /// <summary>How many parts an image becomes.</summary>
    /// <param name="image">The image's size.</param>
    /// <param name="imagesInPrompt">How many images the prompt has, this one among them.</param>
    /// <exception cref="EosException">EOS1010: the image is too long and narrow, or would become too large.</exception>
    public abstract int Parts(ImageSize image, int imagesInPrompt);

    /// <summary>The size that the model is told of: the image's own, or the one that it is resized to.</summary>
    /// <param name="image">The image's size.</param>
    /// <exception cref="EosException">EOS1010: the image is too long and narrow, or would become too large.</exception>
    public virtual ImageSize SizeSeen(ImageSize image) => image;

    /// <summary>How many frames of a video become one step in time.</summary>
    public virtual int FramesPerStep => 1;

    /// <summary>Which frames of a video are seen; null where the model takes no videos.</summary>
    public virtual FrameSampling? Sampling => null;

    /// <summary>How many parts a video becomes.</summary>
    /// <param name="frame">The size of its frames.</param>
    /// <param name="frames">How many it has; the last one stands for those that the last parts lack.</param>
    /// <exception cref="EosException">EOS1010: the frames are too long and narrow, or too small, or would become too large. EOS1015: there
    /// are fewer than two, or the model takes no videos.</exception>
    public virtual int PartsOfVideo(ImageSize frame, int frames) => throw NoVideos();

    /// <summary>The size that the frames of a video are resized to.</summary>
    /// <inheritdoc cref="PartsOfVideo"/>
    public virtual ImageSize SizeSeenOfVideo(ImageSize frame, int frames) => throw NoVideos();

    /// <summary>Writes a video's parts, step by step in time.</summary>
    /// <param name="frames">The frames that are seen, at least two, of one size.</param>
    /// <param name="target">Where they go: (parts, <see cref="PartShape"/>), row by row.</param>
    /// <exception cref="EosException">EOS1010: the frames are too long and narrow, or too small, or would become too large. EOS1015: there
    /// are fewer than two, they differ in size, or the model takes no videos.</exception>
    public virtual void WriteVideo(IReadOnlyList<RgbImage> frames, Span<float> target) => throw NoVideos();

    /// <summary>What an encoder has to know of an image beside its pixels.</summary>
    /// <param name="image">The image or video.</param>
    /// <param name="imagesInPrompt">How many images the prompt has, this one among them.</param>
    /// <exception cref="EosException">EOS1010: the image is too long and narrow, or would become too large.</exception>
    public ImageShape ShapeOf(Visual image, int imagesInPrompt)
    {
        var (height, width) = image.SizeSeen(this);
        return new(image.Parts(this, imagesInPrompt), height, width, image is VideoFrames, image.SecondsPerStep(this));
    }

    private static EosException NoVideos() => new(EosErrors.ModelInput,
        "A video was given, but videos are not prepared for this model. Ask about its frames as images.");

    /// <summary>Makes the parts of several images, one behind the other.</summary>
    /// <param name="images">The images.</param>
    /// <param name="imagesInPrompt">How many images the prompt has that each of them is in.</param>
    /// <returns>(parts, <see cref="PartShape"/>), row by row.</returns>
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
    /// <param name="target">Where they go: (parts, <see cref="PartShape"/>), row by row.</param>
    /// <exception cref="EosException">EOS1010: the image is so narrow that its longer side, resized, would be absurd.</exception>
    public abstract void Write(RgbImage image, int imagesInPrompt, Span<float> target);
}
