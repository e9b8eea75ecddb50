using System.Text.Json;

namespace EosMLNet.Tests.Plans;

public class ConstraintKindTests
{
    [Fact]
    public void Kinds_have_names_of_their_own_and_are_named_side_by_side_where_they_limit_one_quantity()
    {
        Assert.Equal(ConstraintKind.All.Count, ConstraintKind.All.Select(kind => kind.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(ConstraintKind.All.OrderBy(kind => kind.Name), ConstraintKind.ByQuantity.OrderBy(kind => kind.Name));
        Assert.Equal(["MeanVisualTokens", "MeanVisualShare", "FinalVisualTokens"], ConstraintKind.ByQuantity.Take(3).Select(kind => kind.Name));
    }

    // Searches add their terms up in this order: another one would change the last bits of every plan.
    [Fact]
    public void A_new_kind_comes_last() =>
        Assert.Equal(["MeanVisualTokens", "FinalVisualTokens", "MacsRatio", "KvBytesRatio", "LatencyMs", "LatencyFraction", "MeanVisualShare"], ConstraintKind.All.Take(7).Select(kind => kind.Name));

    [Fact]
    public void A_kind_is_written_by_its_name_and_read_back()
    {
        Assert.All(ConstraintKind.All, kind => Assert.Equal($"\"{kind.Name}\"", JsonSerializer.Serialize(kind)));
        Assert.All(ConstraintKind.All, kind => Assert.Same(kind, JsonSerializer.Deserialize<ConstraintKind>($"\"{kind.Name}\"")));
    }

    [Theory]
    [InlineData("\"Beauty\"")]
    [InlineData("\"\"")]
    [InlineData("0")]
    [InlineData("{}")]
    public void What_is_no_kind_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ConstraintKind>(json));

    [Fact]
    public void The_schema_of_plans_lists_every_kind()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Repository.At("build", "docs", "plan.schema.json")));
        var listed = schema.RootElement.GetProperty("$defs").GetProperty("constraint").GetProperty("properties").GetProperty("kind").GetProperty("enum");
        Assert.Equal(ConstraintKind.All.Select(kind => kind.Name).Order(StringComparer.Ordinal), listed.EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal));
    }
}
