using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>A project of <c>src</c>: its assembly as it was compiled, and the folders that its types lie in.</summary>
internal sealed partial class Product : IDisposable
{
    private readonly Dictionary<string, string> folders = [];

    /// <param name="project">The project's name.</param>
    /// <param name="assembly">The assembly's name, where it is another.</param>
    internal Product(string project, string? assembly = null)
    {
        Module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{assembly ?? project}.dll"));
        var root = Repository.At("src", project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace('\\', '/');
            var text = File.ReadAllText(file);
            if (folder.Split('/')[0] is not ("" or "bin" or "obj") && Namespace().Match(text) is { Success: true } found)
                folders[$"{found.Groups[1].Value}.{Path.GetFileName(file).Split('.')[0]}"] = folder;
        }
    }

    internal ModuleDefinition Module { get; }

    /// <summary>Our own assemblies that it uses.</summary>
    internal IEnumerable<string> Uses => Module.AssemblyReferences.Select(reference => reference.Name);

    /// <summary>Its types, without those that lie in no folder.</summary>
    internal IEnumerable<string> TypesOfNoFile => Module.Types.Where(type => !type.Name.StartsWith('<') && type.Namespace.Length > 0)
        .Select(type => type.FullName.Split('`')[0]).Where(name => name.StartsWith("EosMLNet", StringComparison.Ordinal) && !folders.ContainsKey(name));

    /// <summary>Which folder uses which other one, with a type of each as an example.</summary>
    internal Dictionary<(string From, string To), string> Arrows()
    {
        var arrows = new Dictionary<(string, string), string>();
        foreach (var type in Module.Types)
        {
            if (Folder(type) is not { } from)
                continue;
            foreach (var used in References.Of(type))
            {
                if (used.Scope == Module && Folder(used) is { } to && to != from)
                    arrows.TryAdd((from, to), $"{type.Name} uses {used.Name}");
            }
        }
        return arrows;
    }

    public void Dispose() => Module.Dispose();

    private string? Folder(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return folders.GetValueOrDefault(type.FullName.Split('`')[0]);
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
