using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace EosMLNet.Search;

/// <summary>Where a saved search stands. Its arrays of numbers lie beside it.</summary>
internal sealed record SearchStanding
{
    /// <summary>The version of what is saved: this record, and the names of the arrays.</summary>
    internal const int Version = 2;

    // A loss may be ∞. Whatever is missing, or not known, is an error.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Strict)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // also in applications that switch the default off
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Steps of all stages.</summary>
    public required int StepsMade { get; init; }

    /// <summary>Questions, or images, that the steps have looked at.</summary>
    public required long Samples { get; init; }

    /// <summary>Time spent.</summary>
    public required double Seconds { get; init; }

    /// <summary>The stages that have ended.</summary>
    public required IReadOnlyList<Ended> Stages { get; init; }

    /// <summary>Steps made in the stage after them.</summary>
    public required int Step { get; init; }

    /// <summary>Whether shifts of its counts have been tried.</summary>
    public required bool CountsTried { get; init; }

    /// <summary>Whether it has ended before its last step.</summary>
    public required bool Stopped { get; init; }

    /// <summary>Its lowest validation loss; <see langword="null"/> where there was no check.</summary>
    public required Lowest? Best { get; init; }

    /// <summary>The end of a stage.</summary>
    /// <param name="StepsMade">Steps of this and all earlier stages.</param>
    /// <param name="Samples">What they have looked at.</param>
    internal sealed record Ended(int StepsMade, long Samples);

    /// <summary>A validation loss.</summary>
    /// <param name="Loss">The loss.</param>
    /// <param name="Checks">Checks since then.</param>
    internal sealed record Lowest(double Loss, int Checks);

    /// <summary>The record as text.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is incomplete, or contradicts itself.</exception>
    internal static SearchStanding FromJson(string json)
    {
        SearchStanding found;
        try
        {
            found = JsonSerializer.Deserialize<SearchStanding>(json, Json) ?? throw new InvalidDataException("its state is null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its state cannot be read: {e.Message}", e);
        }
        if (found.Stages.Contains(null!)) // annotations say nothing of what a list from a file may hold
            throw new InvalidDataException("one of its stages is null");
        int[] steps = [0, .. found.Stages.Select(stage => stage.StepsMade), found.StepsMade];
        return found.Step >= 0 && steps.Zip(steps.Skip(1)).All(pair => pair.First <= pair.Second) && steps[^1] - steps[^2] == found.Step
            ? found : throw new InvalidDataException($"its stages do not have {found.StepsMade} steps");
    }
}
