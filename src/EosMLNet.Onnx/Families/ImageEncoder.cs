using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Onnx.Families;

/// <summary>A vision encoder whose graph is loaded. May be used from several threads.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="processor">The folder's tokenizer and image preprocessing; null where it has none.</param>
/// <param name="session">The encoder's graph, which is disposed with it.</param>
internal sealed class ImageEncoder(VisionEncoder encoder, VisionLanguageProcessor? processor, GraphSession session) : IDisposable
{
    /// <summary>Tokenizer and image preprocessing; null where the folder has none.</summary>
    internal VisionLanguageProcessor? Processor => processor;

    /// <summary>The same.</summary>
    /// <exception cref="EosException">EOS1014: the folder has none.</exception>
    internal VisionLanguageProcessor RequiredProcessor => processor ?? throw new EosException(EosErrors.Tokenizer,
        "The model's folder has no tokenizer, so questions cannot be read. Copy tokenizer.json or tokenizer.model into it.");

    /// <summary>Runs the encoder on images, each by itself.</summary>
    /// <param name="images">The images, and how many the prompt has that each is in.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="EosException">EOS1010: an image is too long and narrow. EOS1014: the model has no image processor.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal IReadOnlyList<EncodedImage> Encode(IReadOnlyList<(Visual Image, int InPrompt)> images, CancellationToken cancellation)
    {
        var pixels = Pixels(images);
        return Encode(pixels.Shapes, pixels.Values, cancellation);
    }

    /// <summary>The encoder's input of images.</summary>
    /// <param name="images">The images, and how many the prompt has that each is in.</param>
    /// <exception cref="EosException">EOS1010: an image is too long and narrow. EOS1014: the model has no image processor.</exception>
    internal ImagePixels Pixels(IReadOnlyList<(Visual Image, int InPrompt)> images)
    {
        var pictures = RequiredProcessor.Images;
        ImageShape[] shapes = [.. images.Select(image => pictures.ShapeOf(image.Image, image.InPrompt))];
        var pixels = new float[shapes.Sum(shape => (long)shape.Parts) * pictures.ValuesPerPart];
        var at = 0;
        for (var i = 0; i < shapes.Length; i++)
        {
            var length = shapes[i].Parts * pictures.ValuesPerPart;
            images[i].Image.Write(pictures, images[i].InPrompt, pixels.AsSpan(at, length));
            at += length;
        }
        return new(shapes, pixels);
    }

    /// <summary>The same for images that were resized and normalised before.</summary>
    internal IReadOnlyList<EncodedImage> Encode(IReadOnlyList<ImageShape> images, Memory<float> pixels, CancellationToken cancellation) =>
        images.Count == 0 ? [] : encoder.Run(session, images, pixels, cancellation);

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
