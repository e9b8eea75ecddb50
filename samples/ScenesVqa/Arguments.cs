using System.Globalization;
using EosMLNet;
using ScenesVqa.Scenes;

namespace ScenesVqa;

/// <summary>A command and its <c>--name value</c> options.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = [];

    public Arguments(string[] args)
    {
        Command = args.FirstOrDefault() ?? "";
        for (var i = 1; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
                throw new EosException(EosErrors.InvalidOption, $"Found '{args[i]}', expected an option and its value, such as --out DIR.");
            values[args[i][2..]] = args[i + 1];
        }
    }

    public string Command { get; }

    public string? Optional(string name) => values.GetValueOrDefault(name);

    public string Text(string name) => Optional(name) ?? throw new EosException(EosErrors.InvalidOption, $"The option --{name} is missing. Give it a value.");

    public int Number(string name, int otherwise)
    {
        if (Optional(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new EosException(EosErrors.InvalidOption, $"--{name} is '{text}', expected a whole number of 0 or more.");
    }

    /// <summary>Sizes of images, <c>HEIGHTxWIDTH</c> with commas between; null where the option is not there.</summary>
    public IReadOnlyList<ImageSize>? Sizes(string name) => Optional(name)?.Split(',').Select(text =>
        text.Split('x') is [var height, var width] && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && Math.Min(rows, columns) >= Scene.Size
            ? new ImageSize(rows, columns)
            : throw new EosException(EosErrors.InvalidOption,
                $"--{name} has '{text}', expected HEIGHTxWIDTH, each side at least {Scene.Size} pixels, such as 96x144.")).ToArray();
}
