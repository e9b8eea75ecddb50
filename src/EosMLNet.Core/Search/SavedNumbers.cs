namespace EosMLNet.Search;

/// <summary>Arrays of numbers by name. Reading says which of them is missing, or has another length.</summary>
/// <param name="numbers">The arrays.</param>
internal sealed class SavedNumbers(Dictionary<string, double[]> numbers)
{
    /// <summary>The arrays.</summary>
    internal IReadOnlyDictionary<string, double[]> All => numbers;

    /// <summary>Adds an array.</summary>
    internal void Add(string name, double[] values) => numbers.Add(name, values);

    /// <summary>Adds arrays, with something in front of their names.</summary>
    internal void Add(string prefix, IReadOnlyDictionary<string, double[]> values)
    {
        foreach (var (name, one) in values)
            Add($"{prefix}.{name}", one);
    }

    /// <summary>An array of so many numbers.</summary>
    /// <exception cref="InvalidDataException">There is none of this name, or it has another length.</exception>
    internal double[] Of(string name, int count) => !numbers.TryGetValue(name, out var found)
        ? throw new InvalidDataException($"'{name}' is missing")
        : found.Length == count ? found : throw new InvalidDataException($"'{name}' has {found.Length} numbers, not {count}");

    /// <summary>Arrays as long as those that are there now.</summary>
    /// <exception cref="InvalidDataException">As for one.</exception>
    internal IReadOnlyDictionary<string, double[]> Of(string prefix, IReadOnlyDictionary<string, double[]> now) =>
        now.ToDictionary(one => one.Key, one => Of($"{prefix}.{one.Key}", one.Value.Length));
}
