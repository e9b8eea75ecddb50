using System.Collections;
using System.Globalization;

namespace EosMLNet.Search;

/// <summary>Holds settings against their ranges, and says EOS1013 under the names that the surface has for them.</summary>
/// <param name="named">What the surface calls a setting.</param>
internal readonly struct OptionCheck(OptionNaming named)
{
    /// <summary>What the surface calls a setting.</summary>
    internal string Name(string setting) => named(setting);

    /// <exception cref="EosException">EOS1013: the value is below <paramref name="least"/>, or not a number.</exception>
    internal void AtLeast(long least, string setting, long? value) =>
        That(value is null || value >= least, setting, value, string.Create(CultureInfo.InvariantCulture, $"at least {least}"));

    /// <exception cref="EosException">EOS1013: the value is out of the range, or not a number.</exception>
    internal void Between(double least, double most, string setting, double? value) =>
        That(value is null || (value >= least && value <= most), setting, value,
            string.Create(CultureInfo.InvariantCulture,
                $"between {least:#,0} and {(most == 1e6 ? "1e6" : most.ToString("#,0", CultureInfo.InvariantCulture))}"));

    /// <exception cref="EosException">EOS1013: there are layers, but none, or one below 0.</exception>
    internal void Layers(string setting, IReadOnlyList<int>? layers) =>
        That(layers is null || (layers.Count > 0 && layers.All(layer => layer >= 0)), setting, layers, "layers from 0 on, at least one");

    /// <exception cref="EosException">EOS1013: it does not hold.</exception>
    internal void That(bool holds, string setting, object? value, string expected)
    {
        if (!holds)
            throw new EosException(EosErrors.InvalidOption, $"{named(setting)} is {Text(value)}; expected {expected}.");
    }

    private static string Text(object? value) => value switch
    {
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>()) is { Length: > 0 } items ? items : "an empty list",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
