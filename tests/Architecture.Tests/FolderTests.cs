namespace Architecture.Tests;

/// <summary>
/// Arrows between the folders of each project, as compiled. A table lists all of them: what is not in it is not allowed, and what is not
/// there any more leaves it. Folders that use each other stand below a table: they are what remains to be parted, and no more may join them.
/// </summary>
public class FolderTests
{
    private const string Plans = "";
    private const string Checkpoints = "";
    private const string Core = "";
    private const string MlNet = "";
    private const string Tool = "";

    public static TheoryData<string, string, string, string[]> Tables => new()
    {
        { "EosMLNet.Plans", "EosMLNet.Plans", Plans, [] },
        { "EosMLNet.Checkpoints", "EosMLNet.Checkpoints", Checkpoints, [] },
        { "EosMLNet.Core", "EosMLNet.Core", Core, [] },
        { "EosMLNet", "EosMLNet", MlNet, [] },
        { "EosMLNet.Tool", "eos", Tool, [] },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Folders_use_only_what_they_may(string project, string assembly, string table, string[] remains)
    {
        using var product = new Product(project, assembly);
        Assert.Empty(product.TypesOfNoFile);
        var allowed = Layers.Read(table);
        var found = product.Arrows();
        Assert.Equal([], found.Where(arrow => allowed.GetValueOrDefault(arrow.Key.From)?.Contains(arrow.Key.To) != true).Select(arrow => $"{arrow.Key.From} -> {arrow.Key.To}: {arrow.Value}").Order());
        Assert.Equal([], allowed.SelectMany(line => line.Value.Select(to => (From: line.Key, To: to))).Where(arrow => !found.ContainsKey(arrow)).Select(arrow => $"{arrow.From} -> {arrow.To} is there no more"));
        Assert.Equal(remains, Layers.Cycles(allowed));
    }
}
