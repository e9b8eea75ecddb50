using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Architecture.Tests;

/// <summary>A project of <c>src</c>: its assembly as it was compiled, and the folders that its types lie in.</summary>
internal sealed partial class Product : IDisposable
{
    // What lies beside the project file puts the folders together: it may use all of them, and none of them it.
    private const string Root = "(root)";
    private readonly Dictionary<string, string> folders = [];

    /// <param name="project">The project's name.</param>
    /// <param name="assembly">The assembly's name, where it is another.</param>
    internal Product(string project, string? assembly = null)
    {
        Module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"{assembly ?? project}.dll"));
        var root = Repository.At("src", project);
        Add(root, Root);
        foreach (var folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories))
            Add(folder, Path.GetRelativePath(root, folder).Replace('\\', '/'));
        foreach (var link in XDocument.Load(Path.Combine(root, $"{project}.csproj")).Descendants("Compile"))
            Add(Path.Combine(root, Path.GetDirectoryName((string)link.Attribute("Include")!)!), (string)link.Attribute("LinkBase")!);
    }

    private void Add(string path, string folder)
    {
        if (folder.Split('/')[0] is "bin" or "obj")
            return;
        foreach (var file in Directory.EnumerateFiles(path, "*.cs"))
            folders[$"{Namespace().Match(File.ReadAllText(file)).Groups[1].Value}.{Path.GetFileName(file).Split('.')[0]}"] = folder;
    }

    internal ModuleDefinition Module { get; }

    /// <summary>Our own assemblies that it uses.</summary>
    internal IEnumerable<string> Uses => Module.AssemblyReferences.Select(reference => reference.Name);

    /// <summary>Its types, without those that lie in no folder.</summary>
    internal IEnumerable<string> TypesOfNoFile => Module.Types.Where(type => !type.Name.StartsWith('<') && type.Namespace.Length > 0)
        .Select(type => type.FullName.Split('`')[0])
        .Where(name => name.StartsWith("EosMLNet", StringComparison.Ordinal) && !folders.ContainsKey(name));

    /// <summary>Which folder uses which other one, with a type of each as an example.</summary>
    internal Dictionary<(string From, string To), string> Arrows()
    {
        var arrows = new Dictionary<(string, string), string>();
        foreach (var type in Module.Types)
        {
            if (Folder(type) is not { } from || from == Root)
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
