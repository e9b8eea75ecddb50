using System.Text.Json;
using System.Text.Json.Serialization;
using EosMLNet.Search;

namespace EosMLNet;

/// <summary>Reports of searches as saved transformers keep them.</summary>
internal static class SearchReports
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string ToJson(SearchReport report) => JsonSerializer.Serialize(report, Json);

    /// <exception cref="EosException">EOS4003: it is not a report.</exception>
    public static SearchReport Parse(string json)
    {
        try
        {
            var report = JsonSerializer.Deserialize<SearchReport>(json, Json) ?? throw new JsonException("It is null.");
            // Annotations say nothing of what a list from a file may hold.
            return report.Sites.Contains(null!) || report.Constraints.Contains(null!)
                ? throw new JsonException("A site or a constraint is null.") : report;
        }
        catch (JsonException e)
        {
            throw new EosException(EosErrors.ModelArtifact,
                $"The saved model's report of its search is malformed: {e.Message} Save the model again, or fetch it anew.", e);
        }
    }
}
