using System.Globalization;
using EosMLNet;

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
}
