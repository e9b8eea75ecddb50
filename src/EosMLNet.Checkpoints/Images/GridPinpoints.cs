using System.Text.Json;

namespace EosMLNet.Checkpoints;

/// <summary>Reads <c>image_grid_pinpoints</c>, the resolutions that images are resized to before they are cut into tiles.</summary>
internal static class GridPinpoints
{
    private const string Field = "image_grid_pinpoints";
    private const int MostResolutions = 1 << 10;
    private const long LargestArea = 1 << 26; // pixels; published ones have up to 5 million

    /// <summary>The resolutions of a file.</summary>
    /// <param name="json">An image processor's settings, or a model's config.json.</param>
    /// <param name="side">A tile's side in pixels; each resolution is a whole number of tiles.</param>
    /// <param name="fallback">What holds where the file does not name any.</param>
    /// <exception cref="EosException">EOS1009: it is no list of heights and widths, or they are no multiples of the side, or
    /// absurd.</exception>
    internal static IReadOnlyList<ImageSize> Read(JsonSection json, int side, IReadOnlyList<ImageSize> fallback)
    {
        if (json.Find(Field) is not { } list)
            return fallback;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MostResolutions)
            throw json.Unsupported(Field, JsonSection.Excerpt(list), $"a list of 1 to {MostResolutions} pairs, each a height and a width");
        return [.. list.EnumerateArray().Select((pair, i) => Pair(json, pair, i, side))];
    }

    /// <summary>Checks that a processor's resolutions are among those that its model knows.</summary>
    /// <exception cref="EosException">EOS1009: one is not.</exception>
    internal static void RequireAmong(JsonSection json, IReadOnlyList<ImageSize> pinpoints, IReadOnlyList<ImageSize> known)
    {
        foreach (var pinpoint in pinpoints.Except(known))
        {
            throw json.Unsupported(Field, $"[{pinpoint.Height}, {pinpoint.Width}] among others",
                $"only those of {Field} in config.json; the two files do not belong together");
        }
    }

    private static ImageSize Pair(JsonSection json, JsonElement pair, int index, int side)
    {
        if (pair.ValueKind == JsonValueKind.Array && pair.GetArrayLength() == 2
            && Side(pair[0], side) is { } height && Side(pair[1], side) is { } width && (long)height * width <= LargestArea)
        {
            return new(height, width);
        }
        throw json.Unsupported($"{Field}[{index}]", JsonSection.Excerpt(pair),
            $"a height and a width in pixels, each a multiple of the tile's side {side}, with at most {LargestArea} pixels");
    }

    private static int? Side(JsonElement number, int side) =>
        number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value)
            && value is > 0 and <= ImageProcessorSettings.LargestSide && value % side == 0 ? value : null;
}
