import { Checkbox, MultiSelect, Stack } from "@mantine/core";
import { ROLES, type Role } from "@/api/people";
import { useSessionUser } from "@/app/session";

export function RolesChoice(props: { roles: Role[]; onChange: (roles: Role[]) => void }) {
  return (
    <Checkbox.Group
      label="Roles"
      value={props.roles}
      onChange={(values) => props.onChange(values as Role[])}
      error={props.roles.length === 0 ? "Choose at least one." : null}
    >
      <Stack gap={6} mt={4}>
        {ROLES.map(({ value, label, may }) => (
          <Checkbox key={value} value={value} label={label} description={may} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

export function ProjectsChoice(props: { projects: number[]; onChange: (projects: number[]) => void }) {
  const { projects } = useSessionUser();
  return (
    <MultiSelect
      label="Projects"
      description="Administrators see every project anyway."
      data={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={props.projects.map(String)}
      onChange={(values) => props.onChange(values.map(Number))}
    />
  );
}
