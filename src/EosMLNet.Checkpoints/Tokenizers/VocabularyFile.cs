
namespace EosMLNet.Checkpoints;

/// <summary>Reads a vocabulary, an object of tokens and their ids.</summary>
internal static class VocabularyFile
{
    /// <summary>The tokens and their ids.</summary>
    /// <exception cref="EosException">EOS1008: an id is no number. EOS1014: ids are negative or repeated, or there are none.</exception>
    internal static Dictionary<string, int> Read(JsonSection json)
    {
        var ids = json.Integers().ToDictionary();
        if (ids.Count == 0 || ids.Values.Any(id => id < 0) || ids.Values.Distinct().Count() != ids.Count)
        {
            throw new EosException(EosErrors.Tokenizer,
                $"the vocabulary in '{json.File}' is empty or has negative or repeated ids; expected an object of tokens and their ids.");
        }
        return ids;
    }
}
