using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// The file that keeps the state of a running search: named numbers in safetensors. Its header has the version, where the search stands,
/// and the hash of all that the search depends on.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Search">The hash of the search that it belongs to.</param>
internal sealed record SearchCheckpoint(string Path, string Search)
{
    private const string Identity = "search", VersionName = "version", StandingName = "standing";
    private static readonly string Version = $"{SearchStanding.Version}";
    // τ may be ∞
    private static readonly JsonSerializerOptions Written = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(), // also in applications that switch the default off
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>The checkpoint of a search; <see langword="null"/> where none is wanted.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="front">What each plan must satisfy.</param>
    /// <param name="training">Fingerprint of the training data.</param>
    /// <param name="held">Fingerprint of the validation data.</param>
    internal static SearchCheckpoint? Of(VisionLanguageModel model, SearchSettings settings, IReadOnlyList<SearchConstraints> front,
        string training, string held)
    {
        if (settings.CheckpointPath is not { } path)
            return null;
        // How often it is written, and where, changes nothing; a warm start counts with its learned numbers.
        var same = settings with { CheckpointPath = null, CheckpointEvery = 1, WarmStart = null };
        var text = string.Join('\n', Version, model.Fingerprint, model.DataType, model.Device.type, training, held,
            JsonSerializer.Serialize(same, Written), JsonSerializer.Serialize(front, Written), settings.WarmStart?.ToJson(),
            settings.WarmStart?.ParametersFingerprint);
        if (model.Processor?.Images.Padding is { } padding and not ImagePadding.Crop) // which has no line: there was no other before 0.1.1
            text += $"\n{padding}";
        if (model.Processor?.Asked is { } asked) // nor for the checkpoint's own prompts
            text += $"\n{JsonSerializer.Serialize(asked, Written)}";
        return new(path, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>Writes the state as a whole, or leaves the file as it was.</summary>
    /// <exception cref="EosException">EOS2003: the file cannot be written.</exception>
    internal void Save(SearchState state, double seconds)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(Path,
            state.Save().All.Select(x => KeyValuePair.Create(x.Key, tensor(x.Value, dtype: ScalarType.Float64))),
            new Dictionary<string, string>
            {
                [Identity] = Search,
                [VersionName] = Version,
                [StandingName] = state.Standing(seconds).ToJson(),
            });
    }

    /// <summary>Sets the state to what the file holds, if there is one.</summary>
    /// <exception cref="EosException">EOS4005: the file cannot be read, belongs to another search, or is none of ours.</exception>
    internal void LoadInto(SearchState state) => Read((standing, file) =>
    {
        state.Load(standing, new(file.Entries.Keys.ToDictionary(name => name, name => Numbers(file, name))));
        return true;
    });

    /// <summary>Where the search stands that the file holds; <see langword="null"/> where there is none.</summary>
    /// <exception cref="EosException">As for <see cref="LoadInto"/>.</exception>
    internal SearchStanding? Look() => Read((standing, _) => standing);

    private T? Read<T>(Func<SearchStanding, SafetensorsFile, T> read)
    {
        if (!File.Exists(Path))
            return default;
        try
        {
            using var scope = NewDisposeScope();
            using var file = SafetensorsFile.Open(Path);
            if (file.Metadata.GetValueOrDefault(Identity) is not { } found)
                throw Unusable("it is not a checkpoint of a search");
            if (file.Metadata.GetValueOrDefault(VersionName, "1") is var version && version != Version)
                throw Unusable($"it has version {version}, and this EosMLNet reads version {Version}");
            if (found != Search)
                throw Unusable("it belongs to a search with other settings, data or model");
            return read(SearchStanding.FromJson(file.Metadata.GetValueOrDefault(StandingName, "")), file);
        }
        catch (InvalidDataException e)
        {
            throw Unusable($"it is damaged; {e.Message}", e);
        }
        catch (EosException e) when (e.Code == EosErrors.FileMissing)
        {
            throw new EosException(EosErrors.SearchCheckpoint, // it may be whole: nobody should delete it
                $"The search cannot go on: its state {e.Detail} Correct the file's permissions, or name another.", e);
        }
        catch (Exception e)
            when (e is EosException { Code: not EosErrors.SearchCheckpoint } or ArgumentException
                or System.Runtime.InteropServices.ExternalException)
        {
            throw Unusable("it is damaged", e);
        }
    }

    private static double[] Numbers(SafetensorsFile file, string name) => [.. file.Read(name, ScalarType.Float64).data<double>()];

    private EosException Unusable(string why, Exception? inner = null) => new(EosErrors.SearchCheckpoint,
        $"The search cannot go on from '{Path}': {why}. Delete the file to begin anew, or name another.", inner);
}
