/* amisdk.scan, compiled: the same words go in and out, and the tests run on both.

   It reads the text through Python's own functions only, so that no bytes of a server can lead
   out of it, whatever they are. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *nothing; /* the texts that mean "nothing" */

/* Return where a text has CR LF, or its end. */
static Py_ssize_t line_end(PyObject *frame, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t at = start;
    while ((at = PyUnicode_FindChar(frame, '\r', at, end, 1)) >= 0) {
        if (at + 1 < end && PyUnicode_READ_CHAR(frame, at + 1) == '\n')
            return at;
        at++;
    }
    return at == -1 ? end : at;
}

/* Return where a line has a colon and a blank; its end if nowhere. */
static Py_ssize_t colon(PyObject *frame, Py_ssize_t start, Py_ssize_t end)
{
    Py_ssize_t at = start;
    while ((at = PyUnicode_FindChar(frame, ':', at, end, 1)) >= 0) {
        if (at + 1 < end && PyUnicode_READ_CHAR(frame, at + 1) == ' ')
            return at;
        at++;
    }
    return at == -1 ? end : at;
}

/* Return the name from start to end, as a new reference: the one last seen here if it is the same. */
static PyObject *name_at(PyObject *frame, Py_ssize_t start, Py_ssize_t end, PyObject *seen,
                         Py_ssize_t number)
{
    if (number < PyList_GET_SIZE(seen)) {
        PyObject *name = PyList_GET_ITEM(seen, number);
        if (PyUnicode_Check(name) && PyUnicode_GET_LENGTH(name) == end - start) {
            Py_ssize_t same = PyUnicode_Tailmatch(frame, name, start, end, -1);
            if (same != 0)
                return same < 0 ? NULL : Py_NewRef(name);
        }
    }
    return PyUnicode_Substring(frame, start, end);
}

/* Remember a name; 0 if that is done. */
static int remember(PyObject *seen, Py_ssize_t number, PyObject *name)
{
    if (number < PyList_GET_SIZE(seen)) {
        if (PyList_GET_ITEM(seen, number) != name)
            return PyList_SetItem(seen, number, Py_NewRef(name));
        return 0;
    }
    return number == PyList_GET_SIZE(seen) && number < 64 ? PyList_Append(seen, name) : 0;
}

/* Put the value from start to end into data, unless it means "nothing"; 0 if that is done. */
static int put(PyObject *frame, Py_ssize_t start, Py_ssize_t end, PyObject *field, PyObject *data)
{
    if (start >= end)
        return 0;
    PyObject *value = PyUnicode_Substring(frame, start, end);
    if (value == NULL)
        return -1;
    int result = 0;
    Py_UCS4 first = PyUnicode_READ_CHAR(frame, start);
    if (first == '<' || first == '(')
        result = PySet_Contains(nothing, value);
    if (result == 0 && PyDict_SetDefault(data, field, value) == NULL)
        result = -1;
    Py_DECREF(value);
    return result < 0 ? -1 : 0;
}

/* Have the value from start to end taken; 0 if that is done. */
static int hand(PyObject *frame, Py_ssize_t start, Py_ssize_t end, PyObject *take, PyObject *data)
{
    PyObject *value = PyUnicode_Substring(frame, start, end);
    PyObject *result = NULL;
    if (value != NULL)
        result = PyObject_CallFunctionObjArgs(take, data, value, NULL);
    Py_XDECREF(value);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static PyObject *scan(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 6 || !PyUnicode_Check(args[0]) || !PyDict_Check(args[1]) ||
        !PyDict_Check(args[2]) || !PyDict_Check(args[4]) || !PyList_Check(args[5])) {
        PyErr_SetString(PyExc_TypeError, "scan takes a str, two dicts, a function, a dict, a list");
        return NULL;
    }
    PyObject *frame = args[0], *plain = args[1], *special = args[2];
    PyObject *other = args[3], *data = args[4], *seen = args[5];
    Py_ssize_t length = PyUnicode_GET_LENGTH(frame), start = 0;
    for (Py_ssize_t number = 0; start <= length; number++) {
        Py_ssize_t end = line_end(frame, start, length);
        Py_ssize_t mark = end < 0 ? -1 : colon(frame, start, end);
        if (mark < 0)
            return NULL;
        PyObject *name = name_at(frame, start, mark, seen, number);
        if (name == NULL)
            return NULL;
        PyObject *field = PyDict_GetItemWithError(plain, name), *take = NULL; /* borrowed */
        if (field == NULL && mark < end && !PyErr_Occurred())
            take = PyDict_GetItemWithError(special, name);
        int result = PyErr_Occurred() ? -1 : 0;
        if (result == 0 && (field != NULL || take != NULL))
            result = remember(seen, number, name);
        if (result == 0 && field != NULL) {
            result = put(frame, mark + 2, end, field, data);
        }
        else if (result == 0 && take != NULL) {
            Py_INCREF(take);
            result = hand(frame, mark + 2, end, take, data);
            Py_DECREF(take);
        }
        else if (result == 0) {
            result = hand(frame, start, end, other, data);
        }
        Py_DECREF(name);
        if (result < 0)
            return NULL;
        start = end + 2;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"scan", (PyCFunction)(void (*)(void))scan, METH_FASTCALL, "See amisdk.scan."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_scan", "amisdk.scan, compiled.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__scan(void)
{
    nothing = Py_BuildValue("(ssss)", "", "<unknown>", "<none>", "(null)");
    if (nothing == NULL)
        return NULL;
    Py_SETREF(nothing, PyFrozenSet_New(nothing));
    PyObject *made = nothing == NULL ? NULL : PyModule_Create(&module);
    PyObject *names = made == NULL ? NULL : Py_BuildValue("[s]", "scan");
    if (names == NULL || PyModule_AddObjectRef(made, "__all__", names) < 0)
        Py_CLEAR(made);
    Py_XDECREF(names);
    return made;
}
