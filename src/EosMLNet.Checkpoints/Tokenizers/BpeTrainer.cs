namespace EosMLNet.Checkpoints;

/// <summary>
/// Learns a byte-level BPE vocabulary (Sennrich et al., arXiv:1508.07909): starting from single bytes, the commonest pair of neighbouring
/// tokens becomes a new token, again and again. Deterministic: of equally common pairs the one that sorts first wins.
/// </summary>
public static class BpeTrainer
{
    private const int RarestPair = 2; // a pair seen once teaches nothing

    /// <summary>
    /// Learns a vocabulary of at most <paramref name="vocabularySize"/> tokens; fewer when the texts have no more repeated pairs.
    /// </summary>
    /// <param name="texts">The texts.</param>
    /// <param name="vocabularySize">The most tokens, special ones included.</param>
    /// <param name="special">The special tokens; the default is <see cref="BpeSpecialTokens.Llama"/>.</param>
    /// <exception cref="EosException">EOS1013: a vocabulary too small for the special tokens and the 256 bytes.</exception>
    public static BpeVocabulary Train(IEnumerable<string> texts, int vocabularySize, BpeSpecialTokens? special = null)
    {
        special ??= BpeSpecialTokens.Llama;
        List<string> tokens = [.. special.Tokens, .. ByteLevel.Alphabet.Select(c => c.ToString())];
        if (vocabularySize < tokens.Count)
            throw new EosException(EosErrors.InvalidOption,
                $"a vocabulary of {vocabularySize} tokens was asked for, at least {tokens.Count} are needed: special tokens and bytes.");
        var known = tokens.ToHashSet();
        var words = CountWords(texts);
        var pairs = new PairCounts();
        words.ForEach(pairs.Add);
        var merges = new List<(string, string)>();
        while (tokens.Count < vocabularySize && pairs.Commonest(RarestPair) is { } pair)
        {
            merges.Add(pair);
            if (known.Add(pair.Left + pair.Right)) // two merges may make the same token
                tokens.Add(pair.Left + pair.Right);
            foreach (var word in words.Where(w => w.Contains(pair)))
            {
                pairs.Remove(word);
                word.Merge(pair);
                pairs.Add(word);
            }
        }
        return new BpeVocabulary(tokens, merges, special);
    }

    private static List<Word> CountWords(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => ByteLevel.Words().Matches(text)).CountBy(match => match.Value)
            .Select(word => new Word(ByteLevel.ToPrintable(word.Key).Select(c => c.ToString()), word.Value))];

    private sealed class Word(IEnumerable<string> tokens, int count)
    {
        private readonly List<string> _tokens = [.. tokens];

        internal int Count => count;

        internal IEnumerable<(string Left, string Right)> Pairs => _tokens.Zip(_tokens.Skip(1));

        internal bool Contains((string, string) pair) => Pairs.Contains(pair);

        internal void Merge((string Left, string Right) pair)
        {
            for (var i = 0; i + 1 < _tokens.Count; i++)
            {
                if ((_tokens[i], _tokens[i + 1]) != pair)
                    continue;
                _tokens[i] += _tokens[i + 1];
                _tokens.RemoveAt(i + 1);
            }
        }
    }

    private sealed class PairCounts
    {
        private readonly Dictionary<(string Left, string Right), long> _counts = [];

        internal void Add(Word word) => Change(word, word.Count);

        internal void Remove(Word word) => Change(word, -word.Count);

        internal (string Left, string Right)? Commonest(int minimum)
        {
            ((string Left, string Right) Pair, long Count)? best = null;
            foreach (var (pair, count) in _counts)
            {
                if (count >= minimum && (best is not { } b || count > b.Count || (count == b.Count && SortsBefore(pair, b.Pair))))
                    best = (pair, count);
            }
            return best?.Pair;
        }

        private void Change(Word word, long change)
        {
            foreach (var pair in word.Pairs)
                _counts[pair] = _counts.GetValueOrDefault(pair) + change;
        }

        private static bool SortsBefore((string Left, string Right) a, (string Left, string Right) b)
        {
            var left = string.CompareOrdinal(a.Left, b.Left);
            return left < 0 || (left == 0 && string.CompareOrdinal(a.Right, b.Right) < 0);
        }
    }
}
