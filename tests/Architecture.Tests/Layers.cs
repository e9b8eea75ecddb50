namespace Architecture.Tests;

/// <summary>Tables of allowed arrows, and what is wrong with them.</summary>
internal static class Layers
{
    /// <summary>Lines such as "A -> B, C": A may use B and C. Behind a hash stands a remark.</summary>
    internal static Dictionary<string, string[]> Read(string table) => table
        .Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).Select(line => line.Split("->"))
        .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Those that use each other, directly or through others, in groups.</summary>
    internal static IReadOnlyList<string> Cycles(IReadOnlyDictionary<string, string[]> table)
    {
        var reached = table.Keys.ToDictionary(name => name, name => Reached(name, table));
        return [.. table.Keys.Where(name => reached[name].Contains(name))
            .Select(name => string.Join(", ", reached[name]
                .Where(other => reached.GetValueOrDefault(other)?.Contains(name) == true).Order(StringComparer.Ordinal)))
            .Distinct().Order(StringComparer.Ordinal)];
    }

    private static HashSet<string> Reached(string from, IReadOnlyDictionary<string, string[]> table)
    {
        var reached = new HashSet<string>();
        var left = new Queue<string>(table[from]);
        while (left.TryDequeue(out var next))
        {
            if (reached.Add(next))
                table.GetValueOrDefault(next)?.ToList().ForEach(left.Enqueue);
        }
        return reached;
    }
}
