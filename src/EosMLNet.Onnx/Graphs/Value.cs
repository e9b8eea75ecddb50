namespace EosMLNet.Onnx.Graphs;

/// <summary>A tensor in a graph: the output of a node, an input, or a constant. Its operations are nodes behind it.</summary>
/// <param name="Graph">The graph.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Type">The type of its elements.</param>
internal sealed record Value(Graph Graph, string Name, ElementType Type)
{
    public static Value operator +(Value a, Value b) => a.Graph.Node("Add", a.Type, [a, b]);

    public static Value operator -(Value a, Value b) => a.Graph.Node("Sub", a.Type, [a, b]);

    public static Value operator *(Value a, Value b) => a.Graph.Node("Mul", a.Type, [a, b]);

    public static Value operator /(Value a, Value b) => a.Graph.Node("Div", a.Type, [a, b]);

    public static Value operator -(Value a) => a.Graph.Node("Neg", a.Type, [a]);

    public static Value operator +(Value a, double b) => a + a.Like(b);

    public static Value operator -(Value a, double b) => a - a.Like(b);

    public static Value operator *(Value a, double b) => a * a.Like(b);

    public static Value operator /(Value a, double b) => a / a.Like(b);

    /// <summary>A single number of the same type.</summary>
    internal Value Like(double number) => Graph.Number(Type, number);

    /// <summary>The larger of two, element by element.</summary>
    internal Value Maximum(Value other) => Graph.Node("Max", Type, [this, other]);

    /// <summary>The smaller of two, element by element.</summary>
    internal Value Minimum(Value other) => Graph.Node("Min", Type, [this, other]);

    internal Value Equal(Value other) => Graph.Node("Equal", ElementType.Bool, [this, other]);

    internal Value Less(Value other) => Graph.Node("Less", ElementType.Bool, [this, other]);

    internal Value LessOrEqual(Value other) => Graph.Node("LessOrEqual", ElementType.Bool, [this, other]);

    internal Value Greater(Value other) => Graph.Node("Greater", ElementType.Bool, [this, other]);

    internal Value And(Value other) => Graph.Node("And", ElementType.Bool, [this, other]);

    internal Value Or(Value other) => Graph.Node("Or", ElementType.Bool, [this, other]);

    internal Value Not() => Graph.Node("Not", ElementType.Bool, [this]);

    /// <summary>Where this is true, <paramref name="yes"/>; else <paramref name="no"/>.</summary>
    internal Value Where(Value yes, Value no) => Graph.Node("Where", yes.Type, [this, yes, no]);

    internal Value Exp() => Graph.Node("Exp", Type, [this]);

    internal Value Log() => Graph.Node("Log", Type, [this]);

    internal Value Sqrt() => Graph.Node("Sqrt", Type, [this]);

    internal Value Abs() => Graph.Node("Abs", Type, [this]);

    internal Value Cast(ElementType type) => type == Type ? this : Graph.Node("Cast", type, [this], ("to", (int)type.Proto()));

    internal Value Softmax(int axis = -1) => Graph.Node("Softmax", Type, [this], ("axis", axis));

    internal Value MatMul(Value other) => Graph.Node("MatMul", Type, [this, other]);

    internal Value Transpose(params long[] order) => Graph.Node("Transpose", Type, [this], ("perm", order));

    /// <summary>Another shape: a size may be 0 for that of the same place, and one may be -1 for what is left.</summary>
    internal Value Reshape(params long[] shape) => Reshape(Graph.Integers(shape));

    internal Value Reshape(Value shape) => Graph.Node("Reshape", Type, [this, shape]);

    internal Value Unsqueeze(params long[] axes) => Graph.Node("Unsqueeze", Type, [this, Graph.Integers(axes)]);

    internal Value Squeeze(params long[] axes) => Graph.Node("Squeeze", Type, [this, Graph.Integers(axes)]);

    internal Value Expand(Value shape) => Graph.Node("Expand", Type, [this, shape]);

    /// <summary>Rows of an axis, by their places.</summary>
    internal Value Gather(Value places, int axis = 0) => Graph.Node("Gather", Type, [this, places], ("axis", axis));

    /// <summary>Elements along an axis, by their places, which have as many dimensions.</summary>
    internal Value GatherElements(Value places, int axis) => Graph.Node("GatherElements", Type, [this, places], ("axis", axis));

    /// <summary>Rows (G, n, …) of each group by their places there, (G, k): (G, k, …).</summary>
    internal Value Rows(Value places) => Graph.Node("GatherND", Type, [this, places.Unsqueeze(2)], ("batch_dims", 1));

    /// <summary>Elements (G, n) of each group by their places there, (G, k): (G, k).</summary>
    internal Value Picked(Value places) => GatherElements(places, 1);

    /// <summary>Writes elements along an axis, at their places.</summary>
    internal Value ScatterElements(Value places, Value updates, int axis) =>
        Graph.Node("ScatterElements", Type, [this, places, updates], ("axis", axis));

    /// <summary>The elements of an axis from <paramref name="start"/> to in front of <paramref name="end"/>.</summary>
    internal Value Slice(Value start, Value end, long axis) => Graph.Node("Slice", Type, [this, start, end, Graph.Integers(axis)]);

    internal Value Slice(long start, long end, long axis) => Slice(Graph.Integers(start), Graph.Integers(end), axis);

    internal Value Sum(long axis, bool keep = false) => Reduce("ReduceSum", axis, keep);

    internal Value Mean(long axis, bool keep = false) => Reduce("ReduceMean", axis, keep);

    internal Value Max(long axis, bool keep = false) => Reduce("ReduceMax", axis, keep);

    internal Value Min(long axis, bool keep = false) => Reduce("ReduceMin", axis, keep);

    /// <summary>The Euclidean length along an axis.</summary>
    internal Value Length(long axis, bool keep = false) => Reduce("ReduceL2", axis, keep);

    /// <summary>Sums of the first elements along an axis.</summary>
    internal Value CumulativeSum(long axis) => Graph.Node("CumSum", Type, [this, Graph.Number(ElementType.Int64, axis)]);

    /// <summary>The place of the highest element of the last axis, (…, 1); the first of equals.</summary>
    internal Value ArgMax() => Graph.Node("ArgMax", ElementType.Int64, [this], ("axis", -1), ("keepdims", 1));

    /// <summary>The first elements of the last axis in order, and their places; of equals the first stands first.</summary>
    /// <param name="count">How many, one number in a row.</param>
    /// <param name="largest">Whether the largest stand first, not the smallest.</param>
    internal (Value Values, Value Places) Top(Value count, bool largest = true)
    {
        var outputs = Graph.Node("TopK", [Type, ElementType.Int64], [this, count],
            ("axis", -1), ("largest", largest ? 1 : 0), ("sorted", 1));
        return (outputs[0], outputs[1]);
    }

    /// <summary>The sizes, int64 in a row.</summary>
    internal Value Shape() => Graph.Node("Shape", ElementType.Int64, [this]);

    /// <summary>One of the sizes, one number in a row.</summary>
    internal Value Size(int axis) => Graph.Node("Shape", ElementType.Int64, [this], ("start", axis), ("end", axis + 1));

    /// <summary>0, 1, … up to in front of this single number.</summary>
    internal Value Range() => Graph.Node("Range", Type, [Like(0), this, Like(1)]);

    /// <summary>Values behind one another.</summary>
    internal static Value Concat(int axis, params IReadOnlyList<Value> parts) =>
        parts is [var only] ? only : parts[0].Graph.Node("Concat", parts[0].Type, [.. parts], ("axis", axis));

    private Value Reduce(string op, long axis, bool keep) =>
        Graph.Node(op, Type, [this, Graph.Integers(axis)], ("keepdims", keep ? 1 : 0));
}
