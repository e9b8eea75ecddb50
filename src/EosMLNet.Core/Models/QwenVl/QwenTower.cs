using EosMLNet.Tensors;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EosMLNet.Models;

/// <summary>
/// The vision tower of Qwen2-VL (arXiv:2409.12191, section 2.1), Qwen2.5-VL (arXiv:2502.13923, section 2.1.1: windows, RMS norms, gated
/// MLPs) and Qwen3-VL (learned positions, DeepStack): a transformer over the patches of images of any size, and mergers that make one
/// visual token of a square of patches. Weight names are those of Hugging Face's <c>visual</c>.
/// </summary>
/// <remarks>
/// Patches come square by square: those of one visual token are behind one another. All images run side by side; attention is kept inside
/// an image, a video's step or a window.
/// </remarks>
internal sealed class QwenTower
{
    private const string Root = "visual.";
    private const double Epsilon = 1e-6;

    private readonly QwenVisionConfig config;
    private readonly QwenPatches places;
    private readonly Tensor patches;                       // (d, 3, frames, side, side)
    private readonly Tensor? patchBias, positions;         // (d), (side², d)
    private readonly Block[] blocks;
    private readonly Merger merger;
    private readonly Merger[] deepStack;

    private readonly record struct Norm(Tensor Weight, Tensor? Bias);

    private sealed record Block(Norm Norm1, Linear QueryKeyValue, Linear Output, Norm Norm2, Linear? Gate, Linear Up, Linear Down);

    private sealed record Merger(Norm Norm, Linear First, Linear Second, bool NormsMerged);

    /// <summary>Patches whose attention is kept among themselves, one group behind the other.</summary>
    /// <param name="Groups">The patches of groups of one length each, (groups, length), int64, in the order of the groups.</param>
    /// <param name="Order">Where each patch stands among those of all groups, (P), int64; null where that is its own place.</param>
    private sealed record Segments(IReadOnlyList<Tensor> Groups, Tensor? Order);

    internal QwenTower(QwenVisionConfig config, Func<string, Tensor> weight)
    {
        this.config = config;
        places = new QwenPatches(config);
        patches = weight(Root + "patch_embed.proj.weight");
        patchBias = config.HasPatchBias ? weight(Root + "patch_embed.proj.bias") : null;
        positions = config.PositionSide > 0 ? weight(Root + "pos_embed.weight") : null;
        blocks = [.. Enumerable.Range(0, config.LayerCount).Select(i => BlockOf($"{Root}blocks.{i}."))];
        merger = MergerOf(Root + "merger.", normsMerged: false);
        deepStack =
            [.. config.DeepStackLayers.Select((_, i) => MergerOf($"{Root}deepstack_merger_list.{i}.", normsMerged: true))];

        Block BlockOf(string name) => new(
            NormOf(name + "norm1"), Linear.Of(weight, name + "attn.qkv"), Linear.Of(weight, name + "attn.proj"), NormOf(name + "norm2"),
            config.IsGated ? Linear.Of(weight, name + "mlp.gate_proj") : null,
            Linear.Of(weight, name + (config.IsGated ? "mlp.up_proj" : config.MlpNames.Up)),
            Linear.Of(weight, name + (config.IsGated ? "mlp.down_proj" : config.MlpNames.Down)));

        Merger MergerOf(string name, bool normsMerged) => new(NormOf(name + config.MergerNames.Norm),
            Linear.Of(weight, name + config.MergerNames.First), Linear.Of(weight, name + config.MergerNames.Second), normsMerged);

        Norm NormOf(string name) => new(weight(name + ".weight"), config.IsGated ? null : weight(name + ".bias"));
    }

    /// <summary>Makes visual tokens of patches.</summary>
    /// <param name="values">The patches' pixels, (P, values).</param>
    /// <param name="grids">How the visual tokens of each image lie: its steps in time, rows and columns.</param>
    /// <param name="wantsAttention">Whether the attention that tokens receive is asked for.</param>
    /// <param name="tap">Receives the intermediate results.</param>
    /// <returns>Visual tokens, (N, d); the attention of the last block that each receives, averaged over heads, over the patches that look
    /// and over its own, (N), null where it is not asked for; and what is added to the tokens behind the decoder's first layers, (N,
    /// planes, d), null where nothing.</returns>
    internal (Tensor Tokens, Tensor? Attention, Tensor? Planes) Run(Tensor values,
        IReadOnlyList<(int Steps, int Rows, int Columns)> grids, bool wantsAttention, Action<string, Tensor>? tap)
    {
        using var scope = NewDisposeScope();
        var (device, unit) = (values.device, config.MergeSize * config.MergeSize);
        var hidden = functional.linear(values.to(patches.dtype), patches.flatten(1), patchBias);                    // (P, d)
        tap?.Invoke("vision.patch_embed", hidden);
        if (positions is not null)
        {
            var embedded = PositionEmbeddings(grids);                                                    // (P, d)
            tap?.Invoke("vision.pos_embed", embedded);
            hidden = hidden.AddInto(embedded);
        }
        var rotary = RotaryOf(grids);
        var steps = grids.SelectMany(grid => Enumerable.Repeat(grid.Rows * grid.Columns * unit, grid.Steps)).ToArray();
        var (whole, windows, order) = (Group(steps, device), (Segments?)null, (Tensor?)null);
        if (config.WindowSize > 0)
        {
            var (tokens, sizes) = Windows(grids);
            order = tensor(tokens).Upload(device);                                                       // (N): tokens, window by window
            hidden = Ordered(hidden, order);
            rotary = new Rotary(Ordered(rotary.Cos.squeeze(0), order).unsqueeze(0), Ordered(rotary.Sin.squeeze(0), order).unsqueeze(0));
            windows = Group([.. sizes.Select(size => size * unit)], device);
        }
        var planes = new List<Tensor>();
        Tensor? attention = null;                                                                    // (N)
        for (var i = 0; i < blocks.Length; i++)
        {
            using var step = NewDisposeScope();
            var segments = windows is null || config.FullAttentionLayers.Contains(i) ? whole : windows;
            if (wantsAttention && i == blocks.Length - 1)
                attention = Received(blocks[i], hidden, rotary, segments).MoveToOuterDisposeScope();
            hidden = Run(blocks[i], hidden, rotary, segments).MoveToOuterDisposeScope();
            tap?.Invoke($"vision.block_out.{i}", hidden);
            if (config.DeepStackLayers.Count > planes.Count && config.DeepStackLayers[planes.Count] == i)
            {
                planes.Add(Merge(deepStack[planes.Count], hidden).MoveToOuterDisposeScope());            // (N, d)
                tap?.Invoke($"vision.deepstack.{planes.Count - 1}", planes[^1]);
            }
        }
        var merged = Merge(merger, hidden);                                                              // (N, d)
        tap?.Invoke("vision.merger_raw", merged);
        if (order is not null)
        {
            merged = zeros_like(merged).index_copy_(0, order, merged);
            attention = attention is null ? null : zeros_like(attention).index_copy_(0, order, attention);
        }
        tap?.Invoke("vision.out", merged);
        return (merged.MoveToOuterDisposeScope(), attention?.MoveToOuterDisposeScope(),
            planes.Count == 0 ? null : stack(planes, 1).MoveToOuterDisposeScope());
    }

    private Tensor Run(Block block, Tensor hidden, Rotary rotary, Segments segments)                    // (P, d)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, values) = Heads(block, hidden, rotary);
        var attended = Attend(queries, keys, values, segments);                                          // (P, d)
        return RowChunks.OfTokens([hidden.unsqueeze(0), attended.unsqueeze(0)], config.IntermediateSize, x => [Feed(block, x[0], x[1])])[0]
            .squeeze(0).MoveToOuterDisposeScope();
    }

    // (H, P, hs) each.
    private (Tensor Queries, Tensor Keys, Tensor Values) Heads(Block block, Tensor hidden, Rotary rotary)
    {
        var all = block.QueryKeyValue.Apply(Normalised(hidden, block.Norm1)).view(hidden.shape[0], 3, config.HeadCount, -1)
            .permute(1, 2, 0, 3);                                                                        // (3, H, P, hs)
        return (rotary.Apply(all[0].unsqueeze(0)).squeeze(0), rotary.Apply(all[1].unsqueeze(0)).squeeze(0), all[2]);
    }

    // How much the patches of a run look at each of them, on average, averaged over the patches of a token, (N). One head at a time: all of
    // them would be as many numbers as patches squared, once a head.
    private Tensor Received(Block block, Tensor hidden, Rotary rotary, Segments segments)
    {
        using var scope = NewDisposeScope();
        var (queries, keys, _) = Heads(block, hidden, rotary);
        var (type, root) = (ComputeType.Of(queries), 1 / Math.Sqrt(queries.shape[2]));
        var total = zeros(queries.shape[1], type, queries.device);                                       // (P)
        for (var head = 0; head < config.HeadCount; head++)
        {
            foreach (var places in segments.Groups)
            {
                using var part = NewDisposeScope();
                var received = Rows(queries).matmul(Rows(keys).transpose(1, 2)).Mul(root).softmax(-1).mean([1L]);      // (g, l)
                total.index_copy_(0, places.flatten(), total.index_select(0, places.flatten()).Add(received.flatten()));

                Tensor Rows(Tensor x) => x[head].index_select(0, places.flatten()).to_type(type).view(places.shape[0], places.shape[1], -1);
            }
        }
        return total.Mul(1.0 / config.HeadCount).view(-1, config.MergeSize * config.MergeSize).mean([1L]).MoveToOuterDisposeScope();
    }

    // What comes behind attention, (1, P, d).
    private Tensor Feed(Block block, Tensor hidden, Tensor attended)
    {
        using var scope = NewDisposeScope();
        hidden = block.Output.Apply(attended).AddInto(hidden);
        LinearInput normalised = Normalised(hidden, block.Norm2);
        var inner = Activation.Apply(config.Activation, (block.Gate ?? block.Up).Apply(normalised));  // (1, P, f)
        if (block.Gate is not null)
            inner = inner.MulInto(block.Up.Apply(normalised));
        return block.Down.Apply(inner).AddInto(hidden).MoveToOuterDisposeScope();
    }

    // Groups of one length are rows of one batch. (H, P, hs) each, to (P, H · hs)
    private static Tensor Attend(Tensor queries, Tensor keys, Tensor values, Segments segments)
    {
        using var scope = NewDisposeScope();
        var attended = segments.Groups.Select(places =>
        {
            var ofGroups = Attention.Apply(Rows(queries), Rows(keys), Rows(values));   // (g, H, l, hs)
            return ofGroups.transpose(1, 2).flatten(2).flatten(0, 1);                                    // (g · l, H · hs)

            Tensor Rows(Tensor x) => segments.Order is null
                ? x.view(x.shape[0], places.shape[0], places.shape[1], -1).transpose(0, 1)
                : x.index_select(1, places.flatten()).view(x.shape[0], places.shape[0], places.shape[1], -1).transpose(0, 1);
        }).ToArray();
        var joined = attended.Length == 1 ? attended[0] : cat(attended);
        return (segments.Order is null ? joined : joined.index_select(0, segments.Order)).MoveToOuterDisposeScope();
    }

    // (P, d) to (N, outputs): the patches of a visual token are behind one another.
    private Tensor Merge(Merger of, Tensor hidden)
    {
        using var scope = NewDisposeScope();
        long[] merged = [-1, hidden.shape[1] * config.MergeSize * config.MergeSize];
        var normalised = of.NormsMerged ? Normalised(hidden.view(merged), of.Norm) : Normalised(hidden, of.Norm).view(merged);
        return of.Second.Apply(functional.gelu(of.First.Apply(normalised))).MoveToOuterDisposeScope();
    }

    private static Tensor Normalised(Tensor x, Norm norm) => norm.Bias is { } bias
        ? functional.layer_norm(x, [x.shape[^1]], norm.Weight, bias, Epsilon)
        : LlamaDecoder.RmsNorm(x, norm.Weight, Epsilon);

    // Rows of patches in the order of tokens: (P, …), square by square.
    private Tensor Ordered(Tensor rows, Tensor tokens) =>
        rows.view(-1, config.MergeSize * config.MergeSize, rows.shape[1]).index_select(0, tokens).flatten(0, 1);

    // Half of a head turns by the patch's row, half by its column.
    private Rotary RotaryOf(IReadOnlyList<(int Steps, int Rows, int Columns)> grids)
    {
        var all = grids.SelectMany(places.Places).ToArray();
        var positions = tensor([.. all.Select(place => place.Row), .. all.Select(place => place.Column)], [2, 1, all.Length])
            .Upload(patches.device);                                                                     // (2, 1, P)
        return Rotary.Create(positions, places.Frequencies, patches.dtype, places.Axes);
    }

    // The grid of learned positions, stretched over each image. (P, d)
    private Tensor PositionEmbeddings(IReadOnlyList<(int Steps, int Rows, int Columns)> grids)
    {
        using var scope = NewDisposeScope();
        var mixed = grids.Select(places.LearnedPositions).ToArray();
        long[] corners = [.. mixed.SelectMany(of => of.Positions)];
        double[] weights = [.. mixed.SelectMany(of => of.Shares)];
        var count = weights.Length / 4;
        var table = positions!.index_select(0, tensor(corners).Upload(positions.device)).view(count, 4, -1);    // (P, 4, d)
        var shares = tensor(weights, [count, 4, 1]).to(positions.dtype).Upload(positions.device);
        return table.mul(shares).sum(1).MoveToOuterDisposeScope();
    }

    // The tokens of all images, window by window, and how many each window has.
    private (long[] Tokens, int[] Sizes) Windows(IReadOnlyList<(int Steps, int Rows, int Columns)> grids)
    {
        var (tokens, sizes) = (new List<long>(), new List<int>());
        var first = 0L;
        foreach (var (steps, rows, columns) in grids)
        {
            var windows = places.Windows(rows, columns);
            for (var step = 0; step < steps; step++, first += rows * columns)
            {
                sizes.AddRange(windows.Select(window => window.Length));
                tokens.AddRange(windows.SelectMany(window => window.Select(token => first + token)));
            }
        }
        return ([.. tokens], [.. sizes]);
    }

    // Runs of patches of the given lengths, those of one length together.
    private static Segments Group(int[] lengths, Device device)
    {
        var starts = new long[lengths.Length + 1];
        for (var i = 0; i < lengths.Length; i++)
            starts[i + 1] = starts[i] + lengths[i];
        var groups = Enumerable.Range(0, lengths.Length).GroupBy(i => lengths[i])
            .Select(group => group.SelectMany(i => Enumerable.Range(0, lengths[i]).Select(k => starts[i] + k)).ToArray()).ToArray();
        Tensor[] places = [.. groups.Select(group => tensor(group).Upload(device))];
        var sizes = lengths.Distinct().ToArray();
        Tensor[] shaped = [.. places.Zip(sizes, (group, size) => group.view(-1, size))];
        if (groups.Length == 1)
            return new(shaped, null);
        var order = new long[starts[^1]];
        var at = 0L;
        foreach (var patch in groups.SelectMany(group => group))
            order[patch] = at++;
        return new(shaped, tensor(order).Upload(device));
    }
}
