using System.Text.Json;

namespace ScenesVqa.Training;

/// <summary>Writes the held-out accuracies as <c>metrics.json</c>.</summary>
internal static class Metrics
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static void Save(Scores scores, string folder)
    {
        var families = scores.ByFamily.ToDictionary(f => f.Key, f => new
        {
            questions = f.Value.Asked,
            accuracy = Math.Round((double)f.Value.Right / f.Value.Asked, 4),
            commonestAnswer = Math.Round(f.Value.Commonest, 4),
        });
        var json = JsonSerializer.Serialize(new { familyAverage = Math.Round(scores.FamilyAverage, 4), families }, Readable);
        File.WriteAllText(Path.Combine(folder, "metrics.json"), json + "\n");
    }
}
