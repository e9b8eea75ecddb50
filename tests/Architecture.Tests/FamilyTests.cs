using System.Text.RegularExpressions;

namespace Architecture.Tests;

/// <summary>A family of models is what its folders hold: no other source names it.</summary>
public sealed partial class FamilyTests
{
    // The one place where a family is entered by hand: its forms of prompts.
    private const string Registration = "PromptForms.cs";

    private static readonly string[] Folders =
    [
        .. Directory.EnumerateDirectories(Repository.At("src", "EosMLNet.Checkpoints", "Families")),
        .. Directory.EnumerateDirectories(Repository.At("src", "EosMLNet.Core", "Models")),
        .. Directory.EnumerateDirectories(Repository.At("src", "EosMLNet.Onnx", "Families")),
    ];

    [Fact]
    public void A_familys_config_its_model_and_its_graph_have_folders_of_one_name()
    {
        var names = Folders.GroupBy(Path.GetFileName).ToDictionary(group => group.Key!, group => group.Count());
        Assert.True(names.Count > 1);
        Assert.All(names, name => Assert.True(name.Value == 3, $"{name.Key} has {name.Value} folders, expected 3"));
    }

    [Fact]
    public void No_source_outside_of_a_familys_folders_names_its_types_or_its_model_type()
    {
        string[] types = [.. Folders.SelectMany(Sources).SelectMany(file => ModelType().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(types.Length >= Folders.Length / 3, $"{Folders.Length / 3} families have {types.Length} model types");
        // The first word of a folder's name, which the names of a family's types have in them.
        string[] names = [.. Folders.Select(folder => FirstWord().Match(Path.GetFileName(folder)).Value).Distinct()];
        var own = Folders.SelectMany(Sources).Select(file => Path.GetFileNameWithoutExtension(file)).Where(type => names.Any(type.Contains));
        var family = new Regex($"\\b({string.Join("|", own)})\\b|\"({string.Join("|", types)})\"");
        var outside = Sources(Repository.At("src")).Where(file => Path.GetFileName(file) != Registration
            && !Folders.Any(folder => file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)));
        var named = outside
            .SelectMany(file => File.ReadAllLines(file).Select((line, i) => (Line: line, Where: $"{file}:{i + 1}")))
            .Where(line => family.IsMatch(Comment().Replace(line.Line, "")))
            .Select(line => $"{line.Where}: {line.Line.Trim()}");
        Assert.Empty(named);
    }

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex("""\[ModelType\("(\w+)"\)\]""")]
    private static partial Regex ModelType();

    [GeneratedRegex("^[A-Z][a-z]+")]
    private static partial Regex FirstWord();

    [GeneratedRegex("//.*")]
    private static partial Regex Comment();
}
