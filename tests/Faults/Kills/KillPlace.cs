namespace Faults.Kills;

/// <summary>The folder that one kind of work has to itself: a small model, its questions, and what the work writes.</summary>
/// <param name="Root">The folder.</param>
internal sealed record KillPlace(string Root)
{
    internal string Model => Path.Combine(Root, "model");
    internal string Images => Path.Combine(Root, "images");
    internal string Table => Path.Combine(Root, "rows.tsv");
    internal string Plan => Path.Combine(Root, "plan-4.json");

    /// <summary>What the work writes, and what has to be whole or absent.</summary>
    internal string Output => Path.Combine(Root, "out");

    /// <summary>What the work may use beside: caches, states.</summary>
    internal string Beside => Path.Combine(Root, "beside");

    /// <summary>Its temporary folder, which belongs to nobody else.</summary>
    internal string Temporary => Path.Combine(Root, "tmp");

    /// <summary>A file of the output.</summary>
    internal string this[string name] => Path.Combine(Output, name);

    /// <summary>Empties what the work writes.</summary>
    internal void Clear()
    {
        foreach (var folder in (string[])[Output, Beside, Temporary])
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }
    }
}
