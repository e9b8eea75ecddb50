namespace Fuzz.Targets;

/// <summary>
/// A file with the settings of an image processor, as each family that has it reads it; a small image goes through what it describes, and a
/// video of three such frames.
/// </summary>
internal abstract class ProcessorTarget : FuzzTarget
{
    private const int Side = 24; // of the image, in pixels
    private const int Frames = 3; // one more than the parts of a video take, so that the last one stands twice
    private const long MostSeen = 1 << 15; // pixels that are written, in all parts: settings may ask for large ones
    private readonly RgbImage image = new(Side, Side / 2, new byte[Side * Side / 2 * 3]);
    private readonly Lazy<ModelConfig[]> families;

    private protected ProcessorTarget() => families = new(() =>
    [
        .. ModelConfig.ModelTypes.Select(family => ModelConfig.Load(Repository.At(family == "llava"
            ? ["samples", "ScenesVqa", "scenes-llava"]
            : ["tests", "EosMLNet.Core.Tests", "Golden", "backbones", family, "checkpoint"]))).Where(Has),
    ]);

    /// <summary>Whether a family reads the file.</summary>
    private protected virtual bool Has(ModelConfig family) => true;

    internal override void Read(string folder)
    {
        EosException? refused = null;
        var read = 0;
        foreach (var family in families.Value)
        {
            try
            {
                See(family.LoadImages(folder, ImagePadding.Square, []));
                read++;
            }
            catch (EosException e)
            {
                refused = e; // it is another family's
            }
        }
        if (read == 0)
            throw refused!;
    }

    private void See(ImageProcessor processor)
    {
        var (size, parts) = (processor.SizeSeen(new(image.Height, image.Width)), processor.Parts(new(image.Height, image.Width), 1));
        if ((long)size.Height * size.Width * parts <= MostSeen)
            processor.Process([image]);
        if (processor.Sampling is not null)
            SeeVideo(processor);
    }

    private void SeeVideo(ImageProcessor processor)
    {
        var frame = new ImageSize(image.Height, image.Width);
        var (size, parts) = (processor.SizeSeenOfVideo(frame, Frames), processor.PartsOfVideo(frame, Frames));
        if ((long)size.Height * size.Width * Frames <= MostSeen)
            processor.WriteVideo([.. Enumerable.Repeat(image, Frames)], new float[parts * processor.ValuesPerPart]);
    }
}
