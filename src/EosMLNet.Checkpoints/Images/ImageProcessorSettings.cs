using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Finds a checkpoint folder's image processor: in <c>processor_config.json</c> under <c>image_processor</c>, where transformers 5 writes
/// it, or in <c>preprocessor_config.json</c>. Where both have it the first goes before the second, as in transformers 5.
/// </summary>
internal static class ImageProcessorSettings
{
    internal const string ProcessorFile = "processor_config.json";
    internal const string PreprocessorFile = "preprocessor_config.json";
    private const string Nested = "image_processor";

    // LlavaImageProcessor is CLIP's with padding. "Fast" and "Pil" are other implementations of the same numbers.
    private static readonly string[] Types =
    [
        "CLIPImageProcessor", "CLIPImageProcessorFast", "CLIPImageProcessorPil", "CLIPFeatureExtractor",
        "LlavaImageProcessor", "LlavaImageProcessorFast", "LlavaImageProcessorPil",
    ];

    private static readonly string[] Fields =
    [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "do_pad",
    ];

    /// <summary>Reads the settings that belong to a model.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="notes">Receives a sentence where defaults are taken, or where two files disagree.</param>
    /// <exception cref="EosException">EOS1008, EOS1009: a malformed or unsupported file, or one that belongs to another model.</exception>
    internal static ClipImageProcessor Load(string folder, LlavaConfig config, List<string> notes)
    {
        var whole = JsonSection.ReadIfExists(Path.Combine(folder, ProcessorFile));
        var own = JsonSection.ReadIfExists(Path.Combine(folder, PreprocessorFile));
        if (whole is not null)
            RequireSame(whole, config);
        var nested = whole?.Find(Nested) is null ? null : whole.Section(Nested);
        if (nested is not null && own is not null)
            NoteDifferences(nested, own, notes);
        if ((nested ?? own) is not { } settings)
        {
            notes.Add(Defaults(folder, config.Vision.ImageSize));
            return ClipImageProcessor.Default(config.Vision.ImageSize);
        }
        var (images, side) = (ClipImageProcessor.From(settings), config.Vision.ImageSize);
        if ((images.Width, images.Height) != (side, side))
        {
            throw new EosException(EosErrors.UnsupportedModel,
                $"'{settings.File}' makes images of {images.Width} x {images.Height} pixels, the vision tower in config.json takes " +
                $"{side} x {side}.") { File = settings.File };
        }
        return images;
    }

    /// <summary>Checks that a file describes CLIP's processing, not that of another vision tower.</summary>
    /// <exception cref="EosException">EOS1009: it does not.</exception>
    internal static void RequireClip(JsonSection json)
    {
        foreach (var name in (string[])["image_processor_type", "feature_extractor_type"])
        {
            if (json.Text(name) is { } type && !Types.Contains(type))
                throw json.Unsupported(name, $"'{type}'",
                    "'CLIPImageProcessor', the one of the CLIP tower that the model has; copy the file of the original checkpoint");
        }
        if (json.Flag("do_flip_channel_order", false))
            throw json.Unsupported("do_flip_channel_order", "true", "false: images are red, green, blue");
    }

    // transformers counts image tokens by these; where they contradict the model it fails, later and with fewer words.
    private static void RequireSame(JsonSection json, LlavaConfig config)
    {
        if (json.Int("patch_size", config.Vision.PatchSize) is var patch && patch != config.Vision.PatchSize)
            throw json.Unsupported("patch_size", patch, $"{config.Vision.PatchSize} as in config.json; the two files do not belong together");
        if (json.Text("vision_feature_select_strategy") is { } strategy && strategy != config.VisionFeatureSelectStrategy)
            throw json.Unsupported("vision_feature_select_strategy", $"'{strategy}'",
                $"'{config.VisionFeatureSelectStrategy}' as in config.json; the two files do not belong together");
    }

    private static void NoteDifferences(JsonSection nested, JsonSection own, List<string> notes)
    {
        var different = Fields.Where(name => nested.Find(name) is { } a && own.Find(name) is { } b && !JsonElement.DeepEquals(a, b)).ToArray();
        if (different.Length > 0)
        {
            notes.Add($"{ProcessorFile} and {PreprocessorFile} of '{Path.GetDirectoryName(own.File)}' differ in {string.Join(", ", different)}; " +
                $"{ProcessorFile} is followed, as transformers 5 does. Delete the file that is not right.");
        }
    }

    private static string Defaults(string folder, int side) =>
        $"'{folder}' has no settings of an image processor, neither in {PreprocessorFile} nor in {ProcessorFile}. CLIP's are taken: " +
        $"bicubic resize to {side} pixels, crop to {side} x {side}, scale 1/255, mean 0.4815 0.4578 0.4082, standard deviation " +
        "0.2686 0.2613 0.2758. Copy the file of the original checkpoint if it says otherwise.";
}
