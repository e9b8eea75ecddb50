using System.Text.Json;
using System.Text.Json.Nodes;

namespace EosMLNet.Checkpoints;

/// <summary>
/// Finds a checkpoint folder's image processor: in <c>processor_config.json</c> under <c>image_processor</c>, where transformers 5 writes
/// it, or in <c>preprocessor_config.json</c>. Where both have it the first goes before the second, as in transformers 5.
/// </summary>
internal static class ImageProcessorSettings
{
    internal const string ProcessorFile = "processor_config.json";
    internal const string PreprocessorFile = "preprocessor_config.json";
    internal const string VideoFile = "video_preprocessor_config.json";

    /// <summary>The largest side of an image that settings may ask for, in pixels.</summary>
    internal const int LargestSide = 1 << 14;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    // LlavaImageProcessor is CLIP's with padding.
    private static readonly string[] ClipTypes = ["CLIPImageProcessor", "LlavaImageProcessor", "CLIPFeatureExtractor"];
    // Other implementations of the same numbers.
    private static readonly string[] Implementations = ["", "Fast", "Pil"];

    private static readonly string[] TypeFields = ["image_processor_type", "feature_extractor_type"];
    private static readonly string[] VideoTypeFields = ["video_processor_type"];

    private static readonly string[] Fields =
    [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean",
        "image_std", "do_pad",
        "image_grid_pinpoints", "min_pixels", "max_pixels", "patch_size", "merge_size", "temporal_patch_size", "fps", "min_frames",
        "max_frames",
    ];

    /// <summary>The settings of a folder's image processor; null where it has none.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="notes">Receives a sentence where two files disagree.</param>
    internal static JsonSection? Find(string folder, List<string> notes) => Find(folder, "image_processor", PreprocessorFile, notes);

    /// <summary>The settings of a folder's video processor; null where it has none.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="notes">Receives a sentence where two files disagree.</param>
    internal static JsonSection? FindVideo(string folder, List<string> notes) => Find(folder, "video_processor", VideoFile, notes);

    private static JsonSection? Find(string folder, string name, string file, List<string> notes)
    {
        var whole = JsonSection.ReadIfExists(Path.Combine(folder, ProcessorFile));
        var own = JsonSection.ReadIfExists(Path.Combine(folder, file));
        var nested = whole?.Find(name) is null ? null : whole.Section(name);
        if (nested is not null && own is not null)
            NoteDifferences(nested, own, file, notes);
        return nested ?? own;
    }

    /// <summary>Writes the settings of an image processor, or of a video processor.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal static void Save(string folder, JsonObject settings, string file = PreprocessorFile) =>
        AtomicFile.WriteText(Path.Combine(folder, file), settings.ToJsonString(Indented) + "\n");

    /// <summary>Checks that a file describes CLIP's processing, not that of another vision tower.</summary>
    /// <exception cref="EosException">EOS1009: it does not.</exception>
    internal static void RequireClip(JsonSection json) => RequireType(json, ClipTypes, required: false);

    /// <summary>Checks that a file describes one of some kinds of processing.</summary>
    /// <param name="json">The settings.</param>
    /// <param name="types">The names of transformers' classes.</param>
    /// <param name="required">Whether the file must name one.</param>
    /// <exception cref="EosException">EOS1009: it is another one.</exception>
    internal static void RequireType(JsonSection json, string[] types, bool required) => RequireType(json, types, required, TypeFields);

    /// <summary>The same of a video processor's settings; they need not name its kind.</summary>
    /// <param name="json">The settings.</param>
    /// <param name="type">The name of transformers' class.</param>
    /// <exception cref="EosException">EOS1009: it is another one.</exception>
    internal static void RequireVideoType(JsonSection json, string type) => RequireType(json, [type], required: false, VideoTypeFields);

    private static void RequireType(JsonSection json, string[] types, bool required, string[] fields)
    {
        string? found = null;
        foreach (var name in fields)
        {
            if (json.Text(name) is not { } type)
                continue;
            found ??= types.FirstOrDefault(known => Implementations.Any(implementation => known + implementation == type));
            if (found is null)
                throw json.Unsupported(name, $"'{type}'", Expected());
        }
        if (json.Flag("do_flip_channel_order", false))
            throw json.Unsupported("do_flip_channel_order", "true", "false: images are red, green, blue");
        if (found is null && required)
            throw json.Unsupported(fields[0], null, Expected());

        string Expected() => required || fields == VideoTypeFields
            ? $"'{string.Join("' or '", types)}', what the model has; copy the file of the original checkpoint"
            : $"'{types[0]}', the one of the CLIP tower that the model has; copy the file of the original checkpoint";
    }

    /// <summary>A size that images are resized to: that of the shorter side, or a height and a width.</summary>
    /// <exception cref="EosException">EOS1009: a side is not 1 … <see cref="LargestSide"/> pixels.</exception>
    internal static (int? ShortestEdge, ImageSize Size) ReadSize(JsonSection json, string name, int fallback)
    {
        if (json.Find(name) is not { ValueKind: JsonValueKind.Object })
            return (Side(json, name, fallback), default);
        var section = json.Section(name);
        return section.Find("shortest_edge") is null
            ? (null, new(Side(section, "height", 0), Side(section, "width", 0)))
            : (Side(section, "shortest_edge", 0), default);
    }

    /// <summary>A size that is cut out: a height and a width, or one number for both.</summary>
    /// <exception cref="EosException">EOS1009: a side is not 1 … <see cref="LargestSide"/> pixels.</exception>
    internal static ImageSize ReadCropSize(JsonSection json, string name, int fallback)
    {
        var section = json.Find(name) is { ValueKind: JsonValueKind.Object } ? json.Section(name) : null;
        return section is null
            ? new(Side(json, name, fallback), Side(json, name, fallback))
            : new(Side(section, "height", 0), Side(section, "width", 0));
    }

    /// <summary>A sentence for a folder without settings.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="geometry">What is done to an image's size.</param>
    /// <param name="values">What is done to its pixels.</param>
    /// <param name="whose">Whose settings they are.</param>
    internal static string Defaults(string folder, string geometry, PixelValues values, string whose = "CLIP's") =>
        $"'{folder}' has no settings of an image processor, neither in {PreprocessorFile} nor in {ProcessorFile}. {whose} are taken: " +
        $"{geometry}, scale 1/255, {values.Normalization}. Copy the file of the original checkpoint if it says otherwise.";

    private static int Side(JsonSection json, string name, int fallback)
    {
        var side = json.Int(name, fallback);
        return side is > 0 and <= LargestSide ? side : throw json.Unsupported(name, side, $"1 to {LargestSide} pixels");
    }

    private static void NoteDifferences(JsonSection nested, JsonSection own, string file, List<string> notes)
    {
        var different =
            Fields.Where(name => nested.Find(name) is { } a && own.Find(name) is { } b && !JsonElement.DeepEquals(a, b)).ToArray();
        if (different.Length > 0)
        {
            notes.Add($"{ProcessorFile} and {file} of '{Path.GetDirectoryName(own.File)}' differ in " +
                $"{string.Join(", ", different)}; " +
                $"{ProcessorFile} is followed, as transformers 5 does. Delete the file that is not right.");
        }
    }
}
