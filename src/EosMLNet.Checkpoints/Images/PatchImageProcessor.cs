using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Image and video preprocessing in patches, as a checkpoint's <c>preprocessor_config.json</c> and <c>video_preprocessor_config.json</c>
/// describe it: an image is resized so that both sides are whole tokens (<see cref="SmartResize"/>), and cut into patches. Gives the
/// numbers of transformers' <c>Qwen2VLImageProcessor</c> (the slow one, on Pillow). May be used from several threads.
/// </summary>
/// <remarks>
/// A row of numbers is a patch: (channel, frame, y, x). Patches that become one token follow each other: rows are in the order block row,
/// block column, row in the block, column in the block. A patch holds several frames; those of a still image are all the same.
/// </remarks>
public sealed class PatchImageProcessor : ImageProcessor
{
    // The pixels of all frames that one image or video may have: 1.6 GB of numbers.
    private const long LargestArea = 1L << 27;
    private const int LargestFactor = 1 << 10, MostFramesPerStep = 1 << 5;

    private readonly PatchProcessing kind;
    private readonly PixelValues values, videoValues;

    private PatchImageProcessor(PatchProcessing kind, PixelValues values, PixelValues videoValues) =>
        (this.kind, this.values, this.videoValues) = (kind, values, videoValues);

    /// <summary>The area that images are resized to.</summary>
    public PixelLimits Limits => kind.Limits;

    /// <summary>How videos are treated.</summary>
    public VideoProcessing Video => kind.Video;

    /// <inheritdoc/>
    public override IReadOnlyList<long> PartShape => [3L * kind.FramesPerStep * kind.PatchSize * kind.PatchSize];

    private int LargestImage => (int)(LargestArea / kind.FramesPerStep);

    /// <summary>Reads the settings that belong to a model, from the files that transformers would read.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="kind">The family's way of making patches, with the sizes that config.json has.</param>
    /// <param name="notes">Receives a sentence where defaults are taken, or where two settings disagree.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported file, or one that belongs to another model.</exception>
    internal static PatchImageProcessor Load(string folder, PatchProcessing kind, List<string> notes)
    {
        RequireSizes(kind);
        var processor = ImageProcessorSettings.Find(folder, notes) is { } json ? Read(json, kind, notes) : Usual(folder, kind, notes);
        return ImageProcessorSettings.FindVideo(folder, notes) is { } video ? processor.WithVideo(video, notes) : processor;
    }

    /// <summary>Reads the settings of images from a file; those of videos are <paramref name="defaults"/>.</summary>
    /// <param name="json">The settings.</param>
    /// <param name="defaults">What holds where they say nothing, and the sizes that config.json has.</param>
    /// <param name="notes">Receives a sentence where two settings disagree, or where what is usual is not what transformers would
    /// take.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: malformed or unsupported settings, or those of another model.</exception>
    internal static PatchImageProcessor Read(JsonSection json, PatchProcessing defaults, List<string>? notes = null)
    {
        RequireSizes(defaults);
        ImageProcessorSettings.RequireType(json, [defaults.Name], required: true);
        RequirePatches(json, defaults);
        var largest = (int)(LargestArea / defaults.FramesPerStep);
        var limits = ReadLimits(json, defaults.Limits, largest, defaults.Factor, notes);
        if (defaults.Mean is not null && (json.Find("image_mean") is null || json.Find("image_std") is null))
        {
            notes?.Add($"'{json.File}' lacks image_mean or image_std. {UsualValues(defaults).Normalization} are taken, as published " +
                "checkpoints have them; transformers' class would take CLIP's. Copy the file of the original checkpoint.");
        }
        var values = new PixelValues(json, UsualValues(defaults));
        return new(defaults with { Limits = limits }, values, values);
    }

    private static PatchImageProcessor Usual(string folder, PatchProcessing kind, List<string> notes)
    {
        var values = UsualValues(kind);
        var geometry = $"bicubic resize to {kind.Limits.Least} to {kind.Limits.Most} pixels and multiples of {kind.Factor} on each side, " +
            $"patches of {kind.PatchSize} x {kind.PatchSize}";
        notes.Add(ImageProcessorSettings.Defaults(folder, geometry, values, "Those of published checkpoints"));
        return new(kind, values, values);
    }

    private PatchImageProcessor WithVideo(JsonSection json, List<string> notes)
    {
        ImageProcessorSettings.RequireVideoType(json, kind.Video.Name);
        RequirePatches(json, kind);
        var usual = kind.Video.Sampling;
        var sampling = usual with
        {
            FramesPerSecond = json.Number("fps", usual.FramesPerSecond),
            LeastFrames = json.Int("min_frames", usual.LeastFrames),
            MostFrames = json.Int("max_frames", usual.MostFrames),
        };
        if (sampling.FramesPerSecond <= 0)
            throw json.Unsupported("fps", sampling.FramesPerSecond, "more than 0");
        if (sampling.LeastFrames <= 0)
            throw json.Unsupported("min_frames", sampling.LeastFrames, "at least 1");
        if (sampling.MostFrames < Math.Max(sampling.LeastFrames, 2))
            throw json.Unsupported("max_frames", sampling.MostFrames, $"at least {Math.Max(sampling.LeastFrames, 2)}");
        var limits = ReadLimits(json, kind.Video.Limits, kind.Video.LimitsAllFrames ? (int)LargestArea : LargestImage, kind.Factor, notes);
        return new(kind with { Video = kind.Video with { Limits = limits, Sampling = sampling } }, values, new(json, values));
    }

    /// <summary>The same with other limits of an image's area.</summary>
    /// <param name="minPixels">The least area, in pixels.</param>
    /// <param name="maxPixels">The most, in pixels; at least that of one token.</param>
    /// <exception cref="EosException">EOS1013: they are out of their range.</exception>
    public PatchImageProcessor WithLimits(int minPixels, int maxPixels)
    {
        var limits = new PixelLimits(minPixels, maxPixels);
        RequireOption(limits, LargestImage);
        return new(kind with { Limits = limits }, values, videoValues);
    }

    /// <summary>The same with other limits of the area of a video's frames: of each, or of all together
    /// (<see cref="VideoProcessing.LimitsAllFrames"/>).</summary>
    /// <param name="minPixels">The least area, in pixels.</param>
    /// <param name="maxPixels">The most, in pixels; at least that of one token.</param>
    /// <exception cref="EosException">EOS1013: they are out of their range.</exception>
    public PatchImageProcessor WithVideoLimits(int minPixels, int maxPixels)
    {
        var limits = new PixelLimits(minPixels, maxPixels);
        RequireOption(limits, kind.Video.LimitsAllFrames ? (int)LargestArea : LargestImage);
        return new(kind with { Video = kind.Video with { Limits = limits } }, values, videoValues);
    }

    /// <summary>Writes <c>preprocessor_config.json</c> and <c>video_preprocessor_config.json</c>, as transformers reads them.</summary>
    /// <exception cref="EosException">EOS2003: a file cannot be written.</exception>
    public void Save(string folder)
    {
        var images = Settings("image_processor_type", kind.Name, kind.Limits, values);
        (images["min_pixels"], images["max_pixels"]) = (kind.Limits.Least, kind.Limits.Most);
        ImageProcessorSettings.Save(folder, images);
        var videos = Settings("video_processor_type", kind.Video.Name, kind.Video.Limits, videoValues);
        videos["fps"] = kind.Video.Sampling.FramesPerSecond;
        (videos["min_frames"], videos["max_frames"]) = (kind.Video.Sampling.LeastFrames, kind.Video.Sampling.MostFrames);
        ImageProcessorSettings.Save(folder, videos, ImageProcessorSettings.VideoFile);
    }

    private JsonObject Settings(string typeField, string type, PixelLimits limits, PixelValues pixels)
    {
        var json = new JsonObject
        {
            [typeField] = type,
            ["do_resize"] = true,
            ["size"] = new JsonObject { ["shortest_edge"] = limits.Least, ["longest_edge"] = limits.Most },
            ["patch_size"] = kind.PatchSize,
            ["merge_size"] = kind.MergeSize,
            ["temporal_patch_size"] = kind.FramesPerStep,
        };
        pixels.AddTo(json);
        return json;
    }

    /// <inheritdoc/>
    public override int Parts(ImageSize image, int imagesInPrompt) => Patches(SizeSeen(image), steps: 1);

    /// <inheritdoc/>
    public override ImageSize SizeSeen(ImageSize image) =>
        Allowed(SmartResize.Of(image, kind.Factor, kind.Limits), image, kind.FramesPerStep);

    /// <inheritdoc/>
    public override void Write(RgbImage image, int imagesInPrompt, Span<float> target) =>
        WriteStep([.. Enumerable.Repeat(Resized(image), kind.FramesPerStep)], values, target);

    /// <summary>The image in the size that it is cut into patches in.</summary>
    internal RgbImage Resized(RgbImage image) => Resize(image, SizeSeen(new(image.Height, image.Width)), values);

    /// <inheritdoc/>
    public override int FramesPerStep => kind.FramesPerStep;

    /// <inheritdoc/>
    public override FrameSampling? Sampling => kind.Video.Sampling;

    /// <inheritdoc/>
    public override int PartsOfVideo(ImageSize frame, int frames) => Patches(SizeSeenOfVideo(frame, frames), Steps(frames));

    /// <inheritdoc/>
    public override ImageSize SizeSeenOfVideo(ImageSize frame, int frames)
    {
        VideoFrames.RequireSeveral(frames, "the video");
        var (limits, all) = (kind.Video.Limits, kind.Video.LimitsAllFrames);
        var size = all ? SmartResize.OfVideo(frame, frames, kind.FramesPerStep, kind.Factor, limits)
            : SmartResize.Of(frame, kind.Factor, limits);
        return Allowed(size, frame, (long)Steps(frames) * kind.FramesPerStep);
    }

    /// <inheritdoc/>
    public override void WriteVideo(IReadOnlyList<RgbImage> frames, Span<float> target)
    {
        VideoFrames.Require(frames, "the video");
        var size = SizeSeenOfVideo(new(frames[0].Height, frames[0].Width), frames.Count);
        var perStep = Patches(size, steps: 1) * ValuesPerPart;
        for (var step = 0; step < Steps(frames.Count); step++)
        {
            var own = frames.Skip(step * kind.FramesPerStep).Take(kind.FramesPerStep).Select(f => Resize(f, size, videoValues)).ToArray();
            RgbImage[] whole = [.. own, .. Enumerable.Repeat(own[^1], kind.FramesPerStep - own.Length)];
            WriteStep(whole, videoValues, target.Slice(step * perStep, perStep));
        }
    }

    private int Steps(int frames) => (int)(((long)frames + kind.FramesPerStep - 1) / kind.FramesPerStep);

    private int Patches(ImageSize size, int steps) => steps * (size.Height / kind.PatchSize) * (size.Width / kind.PatchSize);

    private static RgbImage Resize(RgbImage image, ImageSize size, PixelValues values) => PillowResize.Resize(
        ImageCanvas.Of(image), size.Width, size.Height, values.Filter, (0, 0, size.Width, size.Height));

    // frames: as many as a patch holds, all of one size.
    private void WriteStep(RgbImage[] frames, PixelValues values, Span<float> target)
    {
        var (side, width, at) = (kind.PatchSize, frames[0].Width, 0);
        foreach (var (top, left) in Corners(new(frames[0].Height, width)))
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var value = values.OfChannel(channel);
                foreach (var frame in frames)
                {
                    for (var y = top; y < top + side; y++, at += side)
                    {
                        var row = frame.Pixels.Span.Slice((y * width + left) * 3, side * 3);
                        var to = target.Slice(at, side);
                        for (var x = 0; x < to.Length; x++)
                            to[x] = value[row[3 * x + channel]];
                    }
                }
            }
        }
    }

    // Where patches begin, in the order of their rows.
    private IEnumerable<(int Top, int Left)> Corners(ImageSize size)
    {
        var (side, factor) = (kind.PatchSize, kind.Factor);
        for (var blockTop = 0; blockTop < size.Height; blockTop += factor)
        {
            for (var blockLeft = 0; blockLeft < size.Width; blockLeft += factor)
            {
                for (var i = 0; i < kind.MergeSize * kind.MergeSize; i++)
                    yield return (blockTop + i / kind.MergeSize * side, blockLeft + i % kind.MergeSize * side);
            }
        }
    }

    private static ImageSize Allowed(ImageSize size, ImageSize original, long frames) =>
        frames * size.Height * size.Width <= LargestArea ? size : throw new EosException(EosErrors.UnreadableImage,
            $"{frames} frames of {original} pixels (a still image counts as often as a patch holds frames) would be resized to {size}: " +
            $"{frames * size.Height * size.Width} pixels in all, at most {LargestArea} are allowed. Take fewer, or set less as " +
            "max_pixels.");

    private static PixelValues UsualValues(PatchProcessing kind) => new(kind.Mean, kind.Std);

    private static void RequireSizes(PatchProcessing kind)
    {
        if (kind.PatchSize < 1 || kind.MergeSize < 1 || (long)kind.PatchSize * kind.MergeSize > LargestFactor
            || kind.FramesPerStep is < 1 or > MostFramesPerStep)
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"The model has patches of {kind.PatchSize} pixels, {kind.MergeSize} on the side of a token, and {kind.FramesPerStep} " +
                $"frames deep; expected each to be at least 1, a token's side at most {LargestFactor} pixels, and at most " +
                $"{MostFramesPerStep} frames.");
        }
    }

    // What a file says of patches must be what the model takes.
    private static void RequirePatches(JsonSection json, PatchProcessing kind)
    {
        if (!json.Flag("do_resize", true))
            throw json.Unsupported("do_resize", "false", "true: both sides must be whole tokens");
        foreach (var (name, ofModel) in (ReadOnlySpan<(string, int)>)
            [("patch_size", kind.PatchSize), ("merge_size", kind.MergeSize), ("temporal_patch_size", kind.FramesPerStep)])
        {
            if (json.Int(name, ofModel) is var found && found != ofModel)
                throw json.Unsupported(name, found, $"{ofModel}, what the vision tower in config.json takes");
        }
    }

    // min_pixels and max_pixels go before size, as in transformers. In size they are called edges, though they are areas.
    private static PixelLimits ReadLimits(JsonSection json, PixelLimits usual, int largest, int factor, List<string>? notes)
    {
        var size = json.Section("size");
        if (size.Find("height") is not null || size.Find("width") is not null)
            throw json.Unsupported("size", JsonSection.Excerpt(json.Find("size")!.Value), "shortest_edge and longest_edge, two areas");
        var limits = new PixelLimits(
            Limit("min_pixels", "shortest_edge", usual.Least), Limit("max_pixels", "longest_edge", usual.Most));
        return Wrong(limits, largest, factor) is not { } wrong ? limits
            : throw new EosException(EosErrors.UnsupportedModel, $"'{json.File}' does not fit: {wrong}") { File = json.File };

        int Limit(string name, string edge, int fallback)
        {
            var inSize = size.Int(edge, size.Int(name, fallback));
            var limit = json.Int(name, inSize);
            if (limit != inSize && (size.Find(edge) ?? size.Find(name)) is not null)
            {
                notes?.Add($"{json.Describe(name)} is {limit}, and {size.Describe(edge)} says {inSize}. {name} is followed, as " +
                    "transformers does. Delete the one that is not right.");
            }
            return limit;
        }
    }

    private void RequireOption(PixelLimits limits, int largest)
    {
        if (Wrong(limits, largest, kind.Factor) is { } wrong)
            throw new EosException(EosErrors.InvalidOption, wrong);
    }

    private static string? Wrong(PixelLimits limits, int largest, int factor) =>
        limits.Least < 1 ? $"min_pixels is {limits.Least}, expected at least 1."
        : limits.Least > limits.Most ? $"min_pixels is {limits.Least}, expected at most {limits.Most}, which is max_pixels."
        : limits.Most < factor * factor ? $"max_pixels is {limits.Most}, expected at least {factor * factor}, the area of one token."
        : limits.Most > largest ? $"max_pixels is {limits.Most}, expected at most {largest}, what can be held in memory."
        : null;
}
